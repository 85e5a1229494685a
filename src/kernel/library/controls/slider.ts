import { describeValue } from '../../../renderers/controls'
import { preview } from '../../display/preview'
import { declare, type Input } from './declare'

export interface SliderOptions {
  /** Distance between two values that it can have. Default: whole numbers from a range of 20 on, else a hundredth of it, rounded. */
  readonly step?: number
  /** Where it stands at first. Default: the value nearest to the middle. */
  readonly value?: number
}

/**
 * A slider below the cell. What `live` computes with its `value` is computed anew when a person moves it.
 *
 * @param label what it is called, such as `'γ'`.
 * @throws TypeError where a number is none; RangeError where the range is empty or the value lies outside of it.
 */
export function slider(label: string, from: number, to: number, options: SliderOptions = {}): Input<number> {
  for (const [name, number] of Object.entries({ from, to, ...options }))
    if (typeof number !== 'number' || !Number.isFinite(number))
      throw new TypeError(`slider('${label}'): ${name} must be a finite number, but is ${preview(number)}`)
  if (!(from < to))
    throw new RangeError(`slider('${label}'): the range must rise, but goes from ${from} to ${to}`)
  const { step = defaultStep(from, to) } = options
  if (!(step > 0 && step <= to - from))
    throw new RangeError(
      `slider('${label}'): step must be positive and at most ${describeValue(to - from)}, but is ${step}`,
    )
  const snapped = (x: number) => snap(x, from, to, step)
  const { value = snapped((from + to) / 2) } = options
  if (value < from || value > to)
    throw new RangeError(`slider('${label}'): the value ${value} lies outside of ${from} to ${to}`)
  return declare<number>(label, {
    value,
    read: (given) => (typeof given === 'number' && Number.isFinite(given) ? snapped(given) : undefined),
    spec: (id, now) => ({ kind: 'slider', id, label, from, to, step, value: now }),
  })
}

/** The value that the slider can have nearest to `x`, without the rounding errors of counting steps. */
function snap(x: number, from: number, to: number, step: number): number {
  const steps = Math.round((Math.min(Math.max(x, from), to) - from) / step)
  return Number(Math.min(to, from + steps * step).toPrecision(12))
}

/** A hundred steps or fewer, of one, two or five units of some power of ten. */
function defaultStep(from: number, to: number): number {
  if (Number.isInteger(from) && Number.isInteger(to) && to - from >= 20) return Math.ceil((to - from) / 200)
  const least = (to - from) / 100
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((unit) => unit * power >= least * (1 - 1e-9)) ?? 10
  return Number((factor * power).toPrecision(12))
}
