/** What `import … from 'genbook/plot'` gives to cells: pictures, one call each. */
export { loss, type Losses } from '../plot/loss'
export { samples } from '../plot/samples'
export { schedule, type ScheduleOptions } from '../plot/schedule'
export { scoreField, type ScoreFieldOptions, type ScoreSource } from '../plot/scoreField'
