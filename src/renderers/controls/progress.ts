/** How far a computation is, as plain data and in words. */

/** What is shown of a running cell in notebooks, and goes when the cell ends. */
export const PROGRESS_MIME = 'application/vnd.genbook.progress+json'

/** One of several tasks, each within the one before it. */
export interface TaskState {
  readonly label: string
  /** Steps. */
  readonly done: number
  /** Absent where nobody knows. */
  readonly total?: number
  /** Steps a second. */
  readonly rate?: number
  readonly secondsLeft?: number
  /** The number that matters, such as `loss 0.3`. */
  readonly value?: string
  /** A picture of its own shows how far it is. */
  readonly drawn?: boolean
}

/** `sampling 34/50 · 120 steps/s · 3 s left · t = 0.3`. */
export function taskText({ label, done, total, rate, secondsLeft, value }: TaskState): string {
  const steps =
    done.toLocaleString('en-US') + (total === undefined ? '' : `/${total.toLocaleString('en-US')}`)
  const speed = rate === undefined ? '' : ` · ${rateText(rate)}`
  const left = secondsLeft === undefined ? '' : ` · ${durationText(secondsLeft)} left`
  return `${label} ${steps}${speed}${left}${value ? ` · ${value}` : ''}`
}

function rateText(rate: number): string {
  if (rate >= 1) return `${rate >= 10 ? Math.round(rate).toLocaleString('en-US') : rate.toFixed(1)} steps/s`
  return `${durationText(1 / rate)} a step`
}

/** `4 s`, `2 min 5 s`, `3 h 10 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ''}`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** @returns the tasks that were sent; nothing where they are none. */
export function readTasks(value: unknown): readonly TaskState[] | undefined {
  if (!Array.isArray(value)) return undefined
  const wellFormed = value.every(
    (task) =>
      typeof task === 'object' &&
      task !== null &&
      typeof (task as TaskState).label === 'string' &&
      typeof (task as TaskState).done === 'number',
  )
  return wellFormed ? (value as TaskState[]) : undefined
}
