/** What a report is made from: a notebook's cells as nbformat stores them, as far as a report shows them. */

/** nbformat allows text as one string or as lines. */
export type Text = string | readonly string[]

export interface ReportCell {
  readonly cell_type: string
  readonly source: Text
  readonly execution_count?: number | null
  readonly outputs?: readonly ReportOutput[]
  /** By file name: MIME type to base64. */
  readonly attachments?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly metadata?: unknown
}

export interface ReportOutput {
  readonly output_type: string
  /** MIME type to text, base64 or JSON. */
  readonly data?: Readonly<Record<string, unknown>>
  readonly name?: string
  readonly text?: Text
  readonly ename?: string
  readonly evalue?: string
  readonly traceback?: readonly string[]
}

/** The text of a value that may be lines; nothing where it is something else. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('')
  return undefined
}
