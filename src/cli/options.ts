/** Options that several commands take. */
import { InvalidArgumentError, Option } from 'commander'

export function backendOption(): Option {
  return new Option('--backend <name>', 'what to compute on; auto takes a GPU where there is one')
    .choices(['auto', 'webgpu', 'wasm', 'cpu'])
    .default('auto')
}

/** An option in seconds, above 0. */
export function secondsOption(flags: string, description: string, byDefault: number): Option {
  return new Option(flags, description).default(byDefault).argParser(positive)
}

/** @throws InvalidArgumentError, which commander shows */
export function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1e6)) throw new InvalidArgumentError('It must be a number of seconds above 0.')
  return value
}

/** @throws InvalidArgumentError, which commander shows */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('It must be a whole number from 0 to 2^53 - 1.')
  return value
}

/** @throws InvalidArgumentError, which commander shows */
export function threadNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 64)
    throw new InvalidArgumentError('It must be a whole number from 1 to 64.')
  return value
}
