/** What `import … from 'genbook'` gives to cells: models, pictures and displays. */
export * from '../../models'
// Named after the star, ours takes the place of the models' own, which draws nothing.
export { train, type LiveTrainOptions } from './train'
export { check, CheckError } from './check'
export * from '../grading'
export { input, type InputOptions } from './input'
export { FileError, readFile, readFolder, readText, type ReadFolderOptions } from './files'
export { NoAnswerError } from '../session/questions'
// As train: ours prints, the models' own returns.
export { verify } from './verify'
export * from './controls'
export { progress, type Tick } from './progress'
export * as plot from './genbook/plot'
export { display } from '../display/screen'
export type { Display, DisplayHandle } from '../display/display'
export { currentStream, OutOfMemoryError, RandomStream } from '../../tensor'
