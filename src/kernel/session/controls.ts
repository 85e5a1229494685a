/**
 * The controls that the cells of one session have declared, and the live pictures that read them.
 *
 * A picture depends on the controls whose values were read while it was computed last, so nobody lists them; a button
 * concerns every live picture of its cell, whether it is read or not.
 */
import { controlsBundle, type ControlSpec } from '../../renderers/controls'
import type { Shown } from '../display/display'
import type { Json, MimeBundle } from '../protocol'
import type { Region } from './region'

/** One control of a cell. */
export interface Control {
  readonly id: string
  readonly label: string
  /** Takes a value that a person chose, if the control can have it. @returns whether that is another than before. */
  take(value: Json): boolean
  /** Its value in words, for captions. */
  describe(): string
  /** Shows the value of now where the control is shown. */
  show(): void
  /** How often the person asked for other random numbers; absent for what is no button. */
  readonly presses?: () => number
}

/** What the library asks of the session whose code is on the stack. */
export interface ControlHost {
  /** A new name for a control of the running cell. @throws Error where none can be declared now */
  name(): string
  declare(control: Control): void
  /** A control that is shown with others in one output. */
  panel(spec: () => ControlSpec): Pick<Control, 'show'>
  /** A control that is an output of its own. */
  place(bundle: () => MimeBundle): Pick<Control, 'show'>
  /** Whether a person is there who could use a control. */
  attended(): boolean
  /** Somebody looks at the value of a control. */
  read(id: string): void
  live(compute: () => unknown): void
}

let current: ControlHost | undefined

/** Makes `host` the one of the session whose code is on the stack. */
export function setControlHost(host: ControlHost): void {
  current = host
}

/** The host of the running cell. */
export function controlHost(): ControlHost {
  if (!current) throw new Error('Controls work in cells of a notebook; here nobody could use them.')
  return current
}

interface Declared {
  readonly control: Control
  readonly cell: string
}

/** All that can be changed by a person while no cell runs. */
export class Controls {
  readonly #controls = new Map<string, Declared>()
  readonly #regions = new Map<string, Region>()

  /** A cell runs anew: what it declared before is gone. */
  forget(cell: string): void {
    for (const [id, declared] of this.#controls) if (declared.cell === cell) this.#controls.delete(id)
    for (const [id, region] of this.#regions) if (region.cell === cell) this.#regions.delete(id)
  }

  /** The number of controls that a cell has declared. */
  count(cell: string): number {
    return [...this.#controls.values()].filter((declared) => declared.cell === cell).length
  }

  declare(cell: string, control: Control): void {
    this.#controls.set(control.id, { control, cell })
  }

  addRegion(region: Region): void {
    this.#regions.set(region.id, region)
  }

  region(id: string): Region | undefined {
    return this.#regions.get(id)
  }

  /** The live pictures of a cell, in the order of its code. */
  regionsOf(cell: string): Region[] {
    return [...this.#regions.values()].filter((region) => region.cell === cell)
  }

  /** What live pictures hold on to besides the session's variables. */
  *held(): Generator<unknown> {
    for (const region of this.#regions.values()) yield region.compute
  }

  /** @returns the live pictures that are outdated by it; nothing where no control has another value now. */
  take(id: string, value: Json): Region[] | undefined {
    const declared = this.#controls.get(id)
    if (!declared?.control.take(value)) return undefined
    const button = declared.control.presses !== undefined
    return [...this.#regions.values()].filter(
      (region) => region.reads.has(id) || (button && region.cell === declared.cell),
    )
  }

  /** Shows the value that a person has settled on. */
  settle(id: string): void {
    this.#controls.get(id)?.control.show()
  }

  /** What a picture was computed with. */
  used(region: Region): [label: string, value: string][] {
    return [...region.reads].flatMap((id) => {
      const control = this.#controls.get(id)?.control
      return control && !control.presses ? [[control.label, control.describe()] as [string, string]] : []
    })
  }

  /** How often the buttons that concern a picture were pressed: its random numbers are others each time. */
  presses(region: Region): number {
    let presses = 0
    for (const { control, cell } of this.#controls.values())
      if (control.presses && (cell === region.cell || region.reads.has(control.id)))
        presses += control.presses()
    return presses
  }

  /** Whether anything that a person does could change a picture. */
  reaches(region: Region): boolean {
    if (region.reads.size > 0) return true
    return [...this.#controls.values()].some(({ control, cell }) => control.presses && cell === region.cell)
  }
}

/** Controls that are declared one after another, shown in one place. */
export class Panel {
  readonly #specs: (() => ControlSpec)[] = []
  #shown: Shown | undefined

  add(spec: () => ControlSpec, show: (bundle: ReturnType<typeof controlsBundle>) => Shown): void {
    this.#specs.push(spec)
    if (this.#shown) this.show()
    else this.#shown = show(this.#bundle())
  }

  show(): void {
    this.#shown?.change(this.#bundle())
  }

  #bundle(): ReturnType<typeof controlsBundle> {
    return controlsBundle(this.#specs.map((spec) => spec()))
  }
}
