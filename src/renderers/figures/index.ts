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
export { compareFigure, type CompareInput } from './compare'
export {
  densityCurvesFigure,
  densityFigure,
  type CurvesInput,
  type DensityInput,
  type DensityMap,
} from './density'
export { energyFigure, type EnergyInput } from './energy'
export { lossFigure, type LossInput } from './loss'
export { probeFigure, type ProbeInput, type ProbeRow } from './probe'
export { samplesFigure, type SamplesOptions } from './samples'
export { scheduleFigure, type ScheduleInput } from './schedule'
export { scoreErrorFigure, type ScoreErrorInput } from './scoreError'
export { scoreFieldFigure, type ScoreFieldInput } from './scoreField'
export { tradeOffFigure, type TradeOffInput } from './tradeOff'
export { trilemmaFigure, type TrilemmaPoint } from './trilemma'
export { webglNeed, withoutWebgl, type SvgFigure } from './svg'
export { straightnessFigure, type StraightnessCurve } from './straightness'
export { tokensFigure, type TokensInput } from './tokens'
export { elboFigure, type ElboBar, type ElboOptions } from './elbo'
export type { Headings } from './headings'
export { heatFigure, type HeatMap, type HeatOptions } from './heat'
export { imagesFigure, type ImagesOptions, type PictureSet } from './images'
export { lossByNoiseFigure, type LossByNoiseOptions, type NoiseLevelCurve } from './lossByNoise'
export { schedulesFigure, type ScheduleCurves } from './schedules'
export { warpedGridFigure, type WarpedGridInput, type WarpedPanel } from './warpedGrid'
export { reconstructionsFigure, type Reconstructed, type ReconstructionsOptions } from './reconstructions'
export { sinogramFigure, type Sinogram, type SinogramOptions } from './sinograms'
export { latentSheetFigure, type LatentSheetInput } from './latentSheet'
export { isPad, MOST_DRAWN, padFigure, type DrawnPoint, type PadInput } from './pad'
export { momentsOf, withMoment } from './moments'
export { trajectoriesFigure, type Paths, type TrajectoriesOptions } from './trajectories'
export { errorByNfeFigure, type ErrorByNfeInput, type ErrorCurve } from './errorByNfe'
