/**
 * Controls and live pictures as they are stored in a notebook: plain data, written by the kernel and read by the renderer.
 * Where nobody runs cells, they still say what was chosen.
 */
import type { Json } from '../figures/figure'
import { describePainter, isPainter, type PainterSpec } from './painterSpec'

/** The controls that a cell declares one after another, as one output. */
export const CONTROLS_MIME = 'application/vnd.genbook.controls+json'
/** What stands under a live picture: the values that it was computed with, or why it could not be. */
export const CAPTION_MIME = 'application/vnd.genbook.live+json'

interface Labelled {
  /** The cell that declared it, and its place among that cell's controls: the same in every run. */
  readonly id: string
  readonly label: string
}

export type ControlSpec = SliderSpec | ChoiceSpec | ToggleSpec | ButtonSpec | PainterSpec

export interface SliderSpec extends Labelled {
  readonly kind: 'slider'
  readonly from: number
  readonly to: number
  readonly step: number
  readonly value: number
}

export interface ChoiceSpec extends Labelled {
  readonly kind: 'choice'
  readonly options: readonly string[]
  readonly value: string
}

export interface ToggleSpec extends Labelled {
  readonly kind: 'toggle'
  readonly value: boolean
}

export interface ButtonSpec extends Labelled {
  readonly kind: 'button'
  /** How often it was pressed. */
  readonly value: number
}

/** What a person may give to a control. */
export type ControlValue = Json

export interface CaptionSpec {
  /** Names the live picture to those who say that it is being computed. */
  readonly region: string
  /** Labels and values of the controls that it read, in that order. */
  readonly used: readonly (readonly [label: string, value: string])[]
  /** What the computation printed. */
  readonly printed?: string
  /** Why the picture above is an older one. */
  readonly error?: string
  /** Said where no control can change the picture. */
  readonly hint?: string
}

/** `γ = 2`, for those who read text. */
export function describeControl(spec: ControlSpec): string {
  if (spec.kind === 'painter') return describePainter(spec)
  const { kind, label, value } = spec
  return kind === 'button' ? `[${label}]` : `${label} = ${describeValue(value)}`
}

/** A value as a person reads it. */
export function describeValue(value: number | string | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return typeof value === 'number' ? Number(value.toPrecision(6)).toString() : value
}

/** The controls in the forms that a notebook stores. */
export function controlsBundle(controls: readonly ControlSpec[]): Readonly<Record<string, Json>> {
  return {
    [CONTROLS_MIME]: controls.map((control) => ({ ...control }) as unknown as Json),
    'text/plain': controls.map(describeControl).join('   '),
  }
}

/** A caption in the forms that a notebook stores. */
export function captionBundle(caption: CaptionSpec): Readonly<Record<string, Json>> {
  return { [CAPTION_MIME]: { ...caption }, 'text/plain': captionText(caption) }
}

/** Everything that a caption says, in lines. */
export function captionText({ used, printed, error, hint }: CaptionSpec): string {
  const values = used.map(([label, value]) => `${label} = ${value}`).join(', ')
  const failed = error && `This picture is older: with these values it failed. ${error}`
  return [values, printed?.trimEnd(), failed, hint].filter(Boolean).join('\n')
}

/** @returns the controls that were stored; nothing where it is no such list. */
export function readControls(value: unknown): readonly ControlSpec[] | undefined {
  return Array.isArray(value) && value.every(isControl) ? value : undefined
}

function isControl(value: unknown): value is ControlSpec {
  if (!isObject(value) || typeof value.id !== 'string' || typeof value.label !== 'string') return false
  switch (value.kind) {
    case 'slider':
      return [value.from, value.to, value.step, value.value].every(Number.isFinite)
    case 'choice':
      return Array.isArray(value.options) && value.options.every((option) => typeof option === 'string')
    case 'toggle':
      return typeof value.value === 'boolean'
    case 'button':
      return typeof value.value === 'number'
    case 'painter':
      return isPainter(value)
    default:
      return false
  }
}

/** @returns the caption that was stored; nothing where it is none. */
export function readCaption(value: unknown): CaptionSpec | undefined {
  if (!isObject(value) || typeof value.region !== 'string' || !Array.isArray(value.used)) return undefined
  const used = value.used.filter(
    (pair): pair is [string, string] => Array.isArray(pair) && pair.every((part) => typeof part === 'string'),
  )
  const texts = (['printed', 'error', 'hint'] as const).flatMap((key) => {
    const text = value[key]
    return typeof text === 'string' ? [[key, text] as const] : []
  })
  return { region: value.region, used, ...Object.fromEntries(texts) }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
