/**
 * The end-to-end harness: everything that a scenario imports.
 *
 *     scenario('a trivial cell shows its value', async ({ notebook }) => {
 *       const book = await notebook(['1 + 1'])
 *       await book.runCell(0)
 *       await book.waitForOutput(0, '2')
 *     }, { hosts: ['server', 'web'] })
 */
export { scenario, type Scenario, type ScenarioOptions } from './scenario'
export { until, type Patience } from './wait'
export { VSCodeUnderTest, type HostKind } from './vscode'
export { NotebookUnderTest, type CellIcon, type CellState } from './notebook'
export type { DrawnFigure } from './outputs'
