/** Figures: plain data in, Plotly specification out. Nothing here needs a page: it runs in workers and under Node too. */
export {
  describe,
  FigureError,
  figureBundle,
  PLOTLY_MIME,
  type Attributes,
  type Figure,
  type Json,
} from './figure'
export { decode, encode, isEncoded, type EncodedArray, type Numbers } from './encode'
export type { Points } from './numbers'
export { barsFigure, type BarsInput, type BarsOptions, type BarValue } from './bars'
export { energyFigure, type EnergyInput } from './energy'
export { lossFigure, type LossInput } from './loss'
export { samplesFigure, type SamplesOptions } from './samples'
export { scheduleFigure, type ScheduleInput } from './schedule'
export { scoreErrorFigure, type ScoreErrorInput } from './scoreError'
export { scoreFieldFigure, type ScoreFieldInput } from './scoreField'
export { webglNeed, withoutWebgl, type SvgFigure } from './svg'
