/** The number that a person typed; undefined where it is none. */
export function numberIn(text: string): number | undefined {
  const trimmed = text.trim()
  const number = Number(trimmed)
  return trimmed && !Number.isNaN(number) ? number : undefined
}
