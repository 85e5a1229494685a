/** Compares what a cell showed with what it shows now. */
import { PLOTLY_MIME } from '../../renderers/figures/figure'
import { isJsonMime, mergeStreams, type MimeBundle, type Output } from '../../notebook'
import { jsonDifference } from './picture'
import type { Agreement } from './settings'
import { textDifference } from './text'

/** Pictures of a figure, whose data is compared: which editor drew them decides about their pixels. */
const DRAWN = ['image/png', 'image/svg+xml', 'text/plain', 'text/html']

/** @returns every difference, one sentence each without a full stop; none where the outputs agree */
export function outputDifferences(
  stored: readonly Output[],
  now: readonly Output[],
  agreement: Agreement,
): string[] {
  const before = mergeStreams(stored).filter(shown)
  const after = mergeStreams(now).filter(shown)
  const found: string[] = []
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [a, b] = [before[index], after[index]]
    const name = `output ${index + 1}`
    if (!a) found.push(`${name} is new: ${b ? kindOf(b) : ''}`)
    else if (!b) found.push(`${name} is missing: ${kindOf(a)}`)
    else {
      const difference = oneDifference(a, b, agreement)
      if (difference !== undefined) found.push(`${name}, ${kindOf(a)}: ${difference}`)
    }
  }
  return found
}

function oneDifference(a: Output, b: Output, agreement: Agreement): string | undefined {
  if (kindOf(a) !== kindOf(b)) return `${kindOf(b)} came back`
  if (a.output_type === 'stream' && b.output_type === 'stream')
    return textDifference(a.text, b.text, agreement)
  if (a.output_type === 'error' && b.output_type === 'error')
    return textDifference(`${a.ename}: ${a.evalue}`, `${b.ename}: ${b.evalue}`, agreement)
  if ('data' in a && 'data' in b) return bundleDifference(a.data, b.data, agreement)
  if (a.output_type === 'unknown' && b.output_type === 'unknown')
    return jsonDifference(a.json, b.json, agreement)
  return undefined
}

function bundleDifference(a: MimeBundle, b: MimeBundle, agreement: Agreement): string | undefined {
  const drawn = PLOTLY_MIME in a && PLOTLY_MIME in b ? DRAWN : []
  for (const mime of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (drawn.includes(mime)) continue
    const [before, after] = [a[mime], b[mime]]
    if (before === undefined) return `${mime} is new`
    if (after === undefined) return `${mime} is missing`
    const difference =
      isJsonMime(mime) || typeof before !== 'string' || typeof after !== 'string'
        ? jsonDifference(before, after, agreement)
        : mime.startsWith('text/')
          ? textDifference(before, after, agreement)
          : before.replace(/\s/g, '') === after.replace(/\s/g, '')
            ? undefined
            : `the ${mime} is another`
    if (difference !== undefined) return difference
  }
  return undefined
}

/** A stream of nothing is nothing. */
function shown(output: Output): boolean {
  return output.output_type !== 'stream' || output.text.trim() !== ''
}

function kindOf(output: Output): string {
  switch (output.output_type) {
    case 'stream':
      return output.name
    case 'error':
      return 'an error'
    case 'unknown':
      return 'an output of another program'
    case 'display_data':
    case 'execute_result':
      return PLOTLY_MIME in output.data ? 'a figure' : 'a value'
  }
}
