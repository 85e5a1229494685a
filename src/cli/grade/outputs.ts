/** What a student's cells showed, as far as a result repeats it. */
import type { JsonObject } from '../../notebook'
import { ALL_OUTPUT_BYTES, CELL_OUTPUT_BYTES, MOST_OUTPUTS } from './limits'

export class OutputBudget {
  #left = ALL_OUTPUT_BYTES

  /** The outputs that have the form of outputs and fit; a note stands for the rest. */
  take(outputs: readonly JsonObject[]): JsonObject[] {
    const kept: JsonObject[] = []
    let left = Math.min(CELL_OUTPUT_BYTES, this.#left)
    let dropped = 0
    for (const output of outputs) {
      const clean = known(output)
      const size = clean ? Buffer.byteLength(JSON.stringify(clean)) : 0
      if (!clean || size > left || kept.length >= MOST_OUTPUTS) {
        dropped++
        continue
      }
      left -= size
      this.#left -= size
      kept.push(clean)
    }
    if (dropped)
      kept.push({
        output_type: 'stream',
        name: 'stderr',
        text: `[${dropped} more ${dropped === 1 ? 'output is' : 'outputs are'} not kept: too many, too large or no outputs at all.]\n`,
      })
    return kept
  }
}

/** An output with the members that nbformat gives it, and no others. */
function known(output: JsonObject): JsonObject | undefined {
  const type = output['output_type']
  switch (typeof type === 'string' ? type : '') {
    case 'stream': {
      const { name, text } = output
      return (name === 'stdout' || name === 'stderr') && typeof text === 'string'
        ? { output_type: 'stream', name, text }
        : undefined
    }
    case 'execute_result':
    case 'display_data': {
      const { data } = output
      return typeof data === 'object' && data !== null && !Array.isArray(data)
        ? { output_type: 'display_data', data, metadata: {} }
        : undefined
    }
    case 'error': {
      const { ename, evalue, traceback } = output
      return typeof ename === 'string' &&
        typeof evalue === 'string' &&
        Array.isArray(traceback) &&
        traceback.every((line) => typeof line === 'string')
        ? { output_type: 'error', ename, evalue, traceback }
        : undefined
    }
    default:
      return undefined
  }
}
