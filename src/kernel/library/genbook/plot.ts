/** What `import … from 'genbook/plot'` gives to cells: pictures, one call each. */
export { bars } from '../plot/bars'
export { energy, type EnergyOptions, type EnergySource } from '../plot/energy'
export { loss, type Losses } from '../plot/loss'
export { samples } from '../plot/samples'
export { schedule, type ScheduleOptions } from '../plot/schedule'
export { scoreError, type ScoreErrorOptions } from '../plot/scoreError'
export { scoreField, type ScoreFieldOptions, type ScoreSource } from '../plot/scoreField'
