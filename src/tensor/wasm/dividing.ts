/**
 * Kernels whose work is done in two calls: by two threads at the same time where there is another that shares the tensors' memory, else
 * one after the other. Neither reads what the other writes, so the bits are the same either way.
 */
import { sessionPartner } from '../workers'
import {
  ARGUMENTS,
  ASKER,
  CALL_BYTES,
  CALLER,
  COUNT,
  DIVIDED,
  FAILED,
  KERNEL,
  NOBODY,
  type DividedKernel,
} from '../workers/kernelHalf'
import type { Partner } from '../workers/partner'
import type { Kernels, Native } from './native'

/** Products and sums that are worth another thread: some tenth of a millisecond. */
const WORTH_SHARING = 4e6
/** Milliseconds after which a thread that has begun a call is taken to be lost. */
const LOST = 60_000

/**
 * Makes two calls of a kernel.
 *
 * @param work products and sums of both together, about.
 */
export function inTwo<K extends DividedKernel>(
  kernels: Kernels,
  name: K,
  work: number,
  first: Parameters<Native[K]>,
  second: Parameters<Native[K]>,
): void {
  const call = kernels.native[name] as (...values: Parameters<Native[K]>) => void
  const partner = work < WORTH_SHARING ? undefined : asked(kernels, name, second)
  call(...first)
  if (!partner || !made(partner)) call(...second)
}

/** A partner that has been asked to make a call, if there is one without anything to do. */
function asked(
  { build, shared }: Kernels,
  name: DividedKernel,
  values: readonly (number | boolean)[],
): Partner | undefined {
  const partner = shared && sessionPartner(build, 'kernels', shared, CALL_BYTES)
  if (!partner?.free) return undefined
  const words = new Int32Array(partner.data, 0, ARGUMENTS / 4)
  words[CALLER] = NOBODY
  words[KERNEL] = DIVIDED.indexOf(name)
  words[COUNT] = values.length
  words[FAILED] = 0
  new Float64Array(partner.data, ARGUMENTS).set(values.map(Number))
  return partner.ask() ? partner : undefined
}

/** Waits for the call that a partner has begun. @returns false where it has not begun by now, and never will, or has failed. */
function made(partner: Partner): boolean {
  const words = new Int32Array(partner.data, 0, ARGUMENTS / 4)
  if (Atomics.compareExchange(words, CALLER, NOBODY, ASKER) === NOBODY) {
    partner.finish(0)
    return false
  }
  if (!partner.finish(LOST))
    throw new Error('A thread that shares the memory of the tensors has stopped. Restart the kernel.')
  return !words[FAILED]
}
