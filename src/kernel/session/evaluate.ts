import type { CellRuntime } from '../cell'
import type { Run } from './run'
import { scriptName } from './stack'

/** What a compiled cell is: it resolves when the cell is over. */
export type Executable = (runtime: CellRuntime) => Promise<void>

/** Evaluates a compiled cell outside of every scope but the global one, under a name that stack traces show. */
export function evaluate(run: Run): Executable {
  const indirectEval = globalThis.eval
  return indirectEval(`${run.cell.code}\n//# sourceURL=${scriptName(run.cell.id, run.number)}`) as Executable
}
