/** Identifiers that package.json contributes and code refers to. */

export const NOTEBOOK_TYPE = 'genbook'
export const FILE_EXTENSION = '.genbook'
/** Ours, so that VS Code's TypeScript service leaves cells alone. */
export const CELL_LANGUAGE = 'genbook-typescript'
export const CONTROLLER_ID = 'genbook-kernel'
/** Draws figures, controls and captions in outputs. */
export const RENDERER_ID = 'genbook-plotly-renderer'
export const RUNTIME_VIEW = 'genbook.runtime'
/** Of debug sessions. */
export const DEBUG_TYPE = 'genbook'
export const CONFIGURATION = 'genbook'
/** Where previews of releases are read from. */
export const PREVIEW_SCHEME = 'genbook-release'

export const COMMANDS = {
  new: 'genbook.new',
  restart: 'genbook.restart',
  restartAndRunAll: 'genbook.restartAndRunAll',
  restartAndRunAbove: 'genbook.restartAndRunAbove',
  runAbove: 'genbook.runAbove',
  runStale: 'genbook.runStale',
  interrupt: 'genbook.interrupt',
  runByLine: 'genbook.runByLine',
  debugCell: 'genbook.debugCell',
  runNextLine: 'genbook.runNextLine',
  continueToNextStep: 'genbook.continueToNextStep',
  export: 'genbook.export',
  markCell: 'genbook.markCell',
  setPoints: 'genbook.setPoints',
  previewRelease: 'genbook.previewRelease',
  checkHandIn: 'genbook.checkHandIn',
  copyCellLink: 'genbook.copyCellLink',
  setUpDiffs: 'genbook.setUpDiffs',
} as const

/** Tools for language models. */
export const TOOLS = {
  readNotebook: 'genbook_read_notebook',
  readVariable: 'genbook_read_variable',
  runCell: 'genbook_run_cell',
} as const
