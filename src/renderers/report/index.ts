export { renderReport, type Report } from './report'
export type { ReportCell, ReportOutput } from './document'
