/** Data as cells work with it: numbers in bulk as nested arrays. */
import { isNumberArray, type Data, type NumberArray } from './data'

export function plainData(data: Data): unknown {
  if (typeof data !== 'object' || data === null) return data
  if (isNumberArray(data)) return nested(data)
  if (Array.isArray(data)) return data.map(plainData)
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, plainData(value)]))
}

function nested({ shape, values }: NumberArray): unknown {
  if (!shape.length) return values[0]
  let level: unknown[] = Array.from(values)
  for (const length of shape.slice(1).reverse())
    level = Array.from({ length: length ? level.length / length : 0 }, (_, i) =>
      level.slice(i * length, (i + 1) * length),
    )
  return level
}
