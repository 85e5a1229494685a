/**
 * What a test may be given and may return: plain data, and numbers in bulk.
 *
 * Everything that comes from a student's process is one of these by the time anybody looks at it.
 */

/** Numbers in rows, as a tensor or a typed array has them. Truth values are 0 and 1. */
export interface NumberArray {
  readonly shape: readonly number[]
  /** In row-major order. */
  readonly values: Float64Array
  /** Bytes of one number where it came from, which says how exact it can be: 4 for tensors. */
  readonly precision: 4 | 8
}

export type Data =
  | undefined
  | null
  | boolean
  | number
  | string
  | NumberArray
  | readonly Data[]
  | { readonly [key: string]: Data }

export function isNumberArray(data: Data): data is NumberArray {
  return typeof data === 'object' && data !== null && 'values' in data && data.values instanceof Float64Array
}
