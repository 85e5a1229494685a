/** A text with values in place of `{0}`, `{1}` …, as the extension's own translations have them. */
export function fill(text: string, ...values: readonly (string | number)[]): string {
  return values.reduce<string>((filled, value, i) => filled.replace(`{${i}}`, String(value)), text)
}
