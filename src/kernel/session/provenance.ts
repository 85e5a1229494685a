/** Which tensor a name of the session stands for, and where it was set. */
import { isTensor } from '../display/preview'
import type { Origin } from '../protocol'
import type { Scope } from './scope'
import type { Operated } from './shapes'
import type { RunSource } from './stack'

export interface ProvenanceHost {
  readonly scope: Scope
  /** The run that last set a name, as of the end of the last run. */
  readonly origin: (name: string) => Origin | undefined
  readonly source: (run: number) => RunSource | undefined
}

/** @param path a session's name and the properties behind it. @returns `none` where it leads to no tensor. */
export function tensorAt(path: readonly string[], host: ProvenanceHost): Operated | 'none' {
  const [name = '', ...properties] = path
  const variable = host.scope.find(name)
  if (!variable) return 'none'
  let value: unknown = variable.value
  for (const property of properties) value = own(value, property)
  if (!isTensor(value)) return 'none'
  return { shape: [...value.shape], where: whereSet(name, variable.declaredBy, host) }
}

/** A property without calling a getter, which might do anything. */
function own(value: unknown, property: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, property)?.value
}

/** `cell [3], line 1`: the declaration or, where another cell has assigned the name since, that cell. */
function whereSet(name: string, declaredBy: number, { origin, source }: ProvenanceHost): string | undefined {
  const last = origin(name)
  const run = source(last && last.run > declaredBy ? last.run : declaredBy)
  if (!run) return undefined
  const declared = run.cell.analysis.declared.find((each) => each.name === name && each.value)
  const line = declared && run.cell.source.slice(0, declared.start).split(/\r\n|\r|\n/).length
  return `cell [${run.count}]${line === undefined ? '' : `, line ${line}`}`
}
