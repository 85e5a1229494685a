/** Where cells show and print: in the output of the run that shows, or in the place of its live picture. */
import { bundleOf } from '../display/bundle'
import { isHandle, type Screen, type Shown } from '../display/display'
import { preview } from '../display/preview'
import type { MimeBundle } from '../protocol'
import { cellError } from './errors'
import { Interrupted, type Interrupts } from './interrupt'
import type { Region } from './region'
import type { Run } from './run'

export class RunScreen implements Screen {
  readonly #interrupts: Interrupts
  #places = 0

  /** @param interrupts knows whose code it is that shows something */
  constructor(interrupts: Interrupts) {
    this.#interrupts = interrupts
  }

  /** @throws Error where no cell has run yet. */
  show(bundle: MimeBundle | Promise<MimeBundle>, placeholder: () => MimeBundle): Shown {
    const run = this.#interrupts.current
    if (!run) throw new Error('display needs a running cell.')
    if (run.region) return this.#showIn(run.region, run, bundle)
    run.panel = undefined
    const id = this.place(run)
    // Of overlapping changes the one made last wins, whichever is read first.
    let version = 0
    const later = (reading: Promise<MimeBundle>, put: (bundle: MimeBundle) => void) => {
      const mine = ++version
      const done = reading.then(
        (ready) => {
          if (mine === version) put(ready)
        },
        (error: unknown) => {
          if (mine === version)
            put({ 'text/plain': `[Could not be shown: ${cellError(error, () => undefined).message}]` })
        },
      )
      run.pending.add(done)
      void done.finally(() => run.pending.delete(done))
    }
    let open: boolean
    if (bundle instanceof Promise) {
      const fill = run.output.displayLater(id, placeholder())
      open = fill !== undefined
      if (fill) later(bundle, fill)
      else bundle.catch(() => {})
    } else open = run.output.display(id, bundle)
    const update = (next: MimeBundle) => {
      if (open) (run.finished ? (this.#interrupts.current ?? run) : run).output.update(id, next)
    }
    return {
      change: (next) => {
        if (next instanceof Promise) later(next, update)
        else {
          version++
          update(next)
        }
      },
    }
  }

  /** Shows what a cell, or a live picture, ends with; nothing where that is undefined or on the screen already. */
  async showLast(value: unknown): Promise<void> {
    const token = this.#interrupts.token()
    const shown = this.#interrupts.resumed(token, isThenable(value) ? await value : value)
    if (shown === undefined || isHandle(shown)) return
    this.show(safeBundle(shown), () => ({ 'text/plain': preview(shown, { depth: 0 }) }))
  }

  print(line: string): void {
    this.write('stdout', `${line}\n`)
  }

  write(name: 'stdout' | 'stderr', text: string): void {
    const run = this.#interrupts.current
    if (!run) return
    if (run.region) return run.region.print(text)
    run.panel = undefined
    run.output.stream(name, text)
  }

  clear(): void {
    this.#interrupts.current?.output.clear()
  }

  /** The id of a new place in a run's output. */
  place(run: Run): string {
    return `${run.cell.id}-${run.number}-${++this.#places}`
  }

  /** Shows something in the place that it had when its live picture was computed before, which stays until it is ready. */
  #showIn(region: Region, run: Run, bundle: MimeBundle | Promise<MimeBundle>): Shown {
    const put = region.show(run.output)
    let version = 0
    const change = (next: MimeBundle | Promise<MimeBundle>) => {
      const mine = ++version
      if (!(next instanceof Promise)) return put(next)
      const done = next.then((ready) => {
        if (mine === version && !run.stopped) put(ready)
      })
      run.pending.add(done)
      done.catch(() => {}).finally(() => run.pending.delete(done))
    }
    change(bundle)
    return { change }
  }
}

/** Whether `await` would wait for a value; one that refuses to be asked is shown as it is. */
function isThenable(value: unknown): boolean {
  try {
    return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
  } catch {
    return false
  }
}

/** A value as a cell's result: where its own form fails, the plain one. */
function safeBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  const plain = (): MimeBundle => ({ 'text/plain': preview(value) })
  try {
    const bundle = bundleOf(value)
    return bundle instanceof Promise ? bundle.catch(plain) : bundle
  } catch (thrown) {
    if (thrown instanceof Interrupted) throw thrown
    return plain()
  }
}
