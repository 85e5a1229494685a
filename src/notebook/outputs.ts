/** Makes and combines outputs of cells. */
import type { JsonObject } from './json'
import type { DisplayData, ErrorOutput, ExecuteResult, MimeBundle, Output, StreamOutput } from './types'

/** Text that a cell printed: `name` is `stdout` or `stderr`. */
export function streamOutput(name: 'stdout' | 'stderr', text: string): StreamOutput {
  return { output_type: 'stream', name, text }
}

/** Something that a cell showed. */
export function displayOutput(data: MimeBundle, metadata: JsonObject = {}): DisplayData {
  return { output_type: 'display_data', data, metadata }
}

/** The value of a cell's last expression, numbered as the run was. */
export function resultOutput(
  data: MimeBundle,
  count: number | null,
  metadata: JsonObject = {},
): ExecuteResult {
  return { output_type: 'execute_result', execution_count: count, data, metadata }
}

/** What a cell threw: the error's name and message, and its stack line by line. */
export function errorOutput(ename: string, evalue: string, traceback: readonly string[]): ErrorOutput {
  return { output_type: 'error', ename, evalue, traceback }
}

/** The outputs with one more; text for the same stream as the last output's joins that. */
export function appendOutput(outputs: readonly Output[], output: Output): readonly Output[] {
  const last = outputs.at(-1)
  if (last?.output_type !== 'stream' || output.output_type !== 'stream' || last.name !== output.name)
    return [...outputs, output]
  return [...outputs.slice(0, -1), { ...last, text: last.text + output.text }]
}

/** Outputs with neighbouring texts of one stream joined. */
export function mergeStreams(outputs: readonly Output[]): readonly Output[] {
  const merged: Output[] = []
  let texts: string[] = []
  let open: StreamOutput | undefined
  const close = () => {
    if (open) merged.push({ ...open, text: texts.join('') })
    open = undefined
  }
  for (const output of outputs) {
    if (output.output_type !== 'stream') {
      close()
      merged.push(output)
    } else if (open?.name === output.name) texts.push(output.text)
    else {
      close()
      open = output
      texts = [output.text]
    }
  }
  close()
  return merged
}

/** An output as plain text, for terminals; empty where it has none. */
export function outputText(output: Output): string {
  switch (output.output_type) {
    case 'stream':
      return output.text
    case 'display_data':
    case 'execute_result': {
      const text = output.data['text/plain']
      return typeof text === 'string' ? text : ''
    }
    case 'error':
      return output.traceback.join('\n') || `${output.ename}: ${output.evalue}`
    case 'unknown':
      return ''
  }
}
