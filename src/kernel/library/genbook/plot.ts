/** What `import … from 'genbook/plot'` gives to cells: pictures. */
export {
  loss,
  samples,
  schedule,
  scoreField,
  type Losses,
  type ScheduleOptions,
  type ScoreFieldOptions,
  type ScoreSource,
} from '../plot'
