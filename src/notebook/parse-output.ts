/** Reads one output of a code cell. */
import { type Checker, unknownMembers } from './check'
import { type Json, own } from './json'
import { readMime } from './mime'
import type { Path } from './spans'
import type { MimeBundle, Output } from './types'

/** Throws NotebookFormatError where a member of a known kind of output has the wrong type. */
export function parseOutput(check: Checker, value: Json, path: Path): Output {
  const json = check.object(value, path)
  const at = (key: string): Path => ({ parent: path, key })
  const member = (key: string) => own(json, key)
  switch (check.string(member('output_type'), at('output_type'))) {
    case 'stream':
      return {
        output_type: 'stream',
        name: check.string(member('name'), at('name')),
        text: check.lines(member('text'), at('text')),
        ...unknownMembers(json, ['output_type', 'name', 'text']),
      }
    case 'display_data':
      return {
        output_type: 'display_data',
        data: parseBundle(check, member('data'), at('data')),
        metadata: check.record(member('metadata'), at('metadata')),
        ...unknownMembers(json, ['output_type', 'data', 'metadata']),
      }
    case 'execute_result':
      return {
        output_type: 'execute_result',
        execution_count: check.count(member('execution_count'), at('execution_count')),
        data: parseBundle(check, member('data'), at('data')),
        metadata: check.record(member('metadata'), at('metadata')),
        ...unknownMembers(json, ['output_type', 'execution_count', 'data', 'metadata']),
      }
    case 'error':
      return {
        output_type: 'error',
        ename: check.string(member('ename'), at('ename')),
        evalue: check.string(member('evalue'), at('evalue')),
        traceback: check
          .array(member('traceback'), at('traceback'))
          .map((line, index) => check.string(line, { parent: at('traceback'), key: index })),
        ...unknownMembers(json, ['output_type', 'ename', 'evalue', 'traceback']),
      }
    default:
      return { output_type: 'unknown', json }
  }
}

/** MIME type to data, with texts joined. */
export function parseBundle(check: Checker, value: Json | undefined, path: Path): MimeBundle {
  const stored = Object.entries(check.object(value, path))
  return Object.fromEntries(stored.map(([mime, data]) => [mime, readMime(mime, data)]))
}
