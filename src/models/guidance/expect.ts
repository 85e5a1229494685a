/** What is asked of the arguments of guidance: cells are not type-checked before they run. */
import type { Denoiser } from '../denoiser'
import type { State } from '../state'

/** @throws TypeError unless `model` is a denoiser. */
export function expectDenoiser<S extends State>(model: Denoiser<S>, caller: string, which = 'first'): void {
  if (typeof (model as Partial<Denoiser<S>> | undefined)?.predict !== 'function')
    throw new TypeError(`${caller}: the ${which} argument must be a denoiser, such as denoiser(…)`)
}

/** @throws RangeError unless the scale is a finite number. */
export function expectScale(caller: string, name: string, scale: number): void {
  if (!Number.isFinite(scale))
    throw new RangeError(`${caller}: ${name} must be a finite number, but is ${String(scale)}`)
}

/** @throws TypeError unless both models have one process and one shape. */
export function expectAlike<S extends State>(caller: string, one: Denoiser<S>, other: Denoiser<S>): void {
  if (one.process !== other.process)
    throw new TypeError(
      `${caller}: both models must remove the noise of the same process, but one is of ${one.process.name} and the other of ` +
        `${other.process.name}${one.process.name === other.process.name ? ', made twice: make it once' : ''}`,
    )
  if (one.shape.join() !== other.shape.join())
    throw new RangeError(
      `${caller}: both models must take states of one shape, but take [${one.shape.join(', ')}] and [${other.shape.join(', ')}]`,
    )
}

/** @throws RangeError for labels that are not whole numbers from 0 to classes − 1. */
export function expectLabels(caller: string, labels: number | ArrayLike<number>, classes: number): void {
  for (const label of typeof labels === 'number' ? [labels] : Array.from(labels))
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new RangeError(
        `${caller}: the class must be a whole number from 0 to ${classes - 1}, but is ${String(label)}`,
      )
}
