/** Shows how far a grading is: one moving line on a terminal, a line now and then anywhere else. */
import { seconds } from '../words'
import type { Screen } from '../progress'
import type { BatchWatcher } from './batch'
import { oneLine } from './reports/printable'
import type { SubmissionResult } from './result'
import type { Submission } from './types'

/** Between two lines where lines do not move. */
const PLAIN_MILLISECONDS = 10_000
/** Of the last submissions, so that the rate is today's and not that of a slow start. */
const WINDOW = 40

export class BatchProgress implements BatchWatcher {
  readonly #screen: Screen
  readonly #count: number
  readonly #times: number[] = [performance.now()]
  readonly #statuses = new Map<string, number>()
  #done = 0
  #known = 0
  #lastLine = performance.now()

  constructor(screen: Screen, count: number) {
    this.#screen = screen
    this.#count = count
  }

  graded({ status }: SubmissionResult, known: boolean): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
    if (known) this.#known++
    this.#step(known)
  }

  failed(submission: Submission, fault: Error): void {
    this.#erase()
    this.#screen.write(`${oneLine(submission.name)} was not graded: ${oneLine(fault.message, 400)}\n`)
    this.#step(false)
  }

  done(): void {
    this.#erase()
  }

  /** `12/200 · 34 a minute · 5 min 30 s left · 3 timeout` */
  line(): string {
    const first = this.#times[0]!
    const last = this.#times.at(-1)!
    const each = this.#times.length > 1 ? (last - first) / (this.#times.length - 1) : 0
    const left = this.#count - this.#done
    const parts = [`${this.#done}/${this.#count}`]
    if (this.#known) parts.push(`${this.#known} from the journal`)
    if (each > 0) {
      parts.push(`${(60_000 / each).toPrecision(2).replace(/\.0$/, '')} a minute`)
      if (left) parts.push(`${seconds(each * left)} left`)
    }
    for (const [status, count] of [...this.#statuses].sort()) parts.push(`${count} ${status}`)
    return parts.join(' · ')
  }

  #step(known: boolean): void {
    this.#done++
    if (known) return
    this.#times.push(performance.now())
    if (this.#times.length > WINDOW) this.#times.shift()
    if (this.#screen.isTTY)
      this.#screen.write(`\r\x1b[2K${this.line().slice(0, (this.#screen.columns ?? 80) - 1)}`)
    else if (performance.now() - this.#lastLine > PLAIN_MILLISECONDS || this.#done === this.#count) {
      this.#lastLine = performance.now()
      this.#screen.write(`${this.line()}\n`)
    }
  }

  #erase(): void {
    if (this.#screen.isTTY) this.#screen.write('\r\x1b[2K')
  }
}
