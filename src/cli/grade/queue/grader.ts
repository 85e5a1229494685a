/** Grades tasks of batches: fetches their files from the store, and opens each assignment once. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAssignment } from '../assignment'
import { gradeOne } from '../gradeOne'
import type { SubmissionResult } from '../result'
import { runtimeVersion } from '../runtime'
import type { Sandbox } from '../sandbox'
import type { Assignment } from '../types'
import { assignmentFile, readBatch, type Batch, type BatchSubmission } from './batch'
import type { Task } from './queue'
import type { Store } from './store'

interface Opened {
  readonly batch: Batch
  readonly assignment: Assignment
}

/** Masters whose runs are kept; older ones are run again when they are needed. */
const MOST_OPEN = 4

export class QueueGrader {
  readonly #store: Store
  readonly #sandbox: Sandbox
  readonly #folder: string
  readonly #opened = new Map<string, Promise<Opened>>()

  private constructor(store: Store, sandbox: Sandbox, folder: string) {
    this.#store = store
    this.#sandbox = sandbox
    this.#folder = folder
  }

  static async open(store: Store, sandbox: Sandbox): Promise<QueueGrader> {
    return new QueueGrader(store, sandbox, await mkdtemp(join(tmpdir(), 'genbook-worker-')))
  }

  /**
   * @returns the result of the submission, whatever it did
   * @throws where something else is at fault, another try may help, and there is no result
   */
  async grade({ key, batch: name }: Task, signal: AbortSignal): Promise<SubmissionResult> {
    const { batch, assignment } = await this.#open(name, signal)
    const submission = batch.submissions.find((submission) => submission.key === key)
    if (!submission) throw new Error(`The batch “${name}” has no task ${key}.`)
    const folder = join(this.#folder, key)
    await mkdir(folder)
    try {
      const path = join(folder, 'submission.genbook')
      if (submission.hash !== undefined) await writeFile(path, await this.#store.get(submission.hash))
      const { settings } = batch
      const result = await gradeOne(
        assignment,
        { name: submission.name, student: submission.student, path, ...problemOf(submission) },
        { ...settings, sandbox: this.#sandbox, signal },
      )
      return { ...result, key, submission: { ...result.submission, path: submission.path } }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.values())
      await opened.then(({ assignment }) => assignment.close()).catch(() => undefined)
    await rm(this.#folder, { recursive: true, force: true })
  }

  #open(name: string, signal: AbortSignal): Promise<Opened> {
    let opened = this.#opened.get(name)
    if (!opened) {
      opened = this.#openNew(name, signal)
      this.#opened.set(name, opened)
      // What failed is tried anew with the next task.
      opened.catch(() => this.#opened.delete(name))
      const [oldest] = this.#opened.keys()
      if (this.#opened.size > MOST_OPEN && oldest !== undefined) {
        const old = this.#opened.get(oldest)
        this.#opened.delete(oldest)
        void old?.then(({ assignment }) => assignment.close()).catch(() => undefined)
      }
    }
    return opened
  }

  async #openNew(name: string, signal: AbortSignal): Promise<Opened> {
    const batch = await readBatch(this.#store, name)
    if (batch.runtime !== runtimeVersion())
      throw new Error(
        `The batch “${name}” was made with Genbook ${batch.runtime}, and this worker is ${runtimeVersion()}; grades of one batch come from one version.`,
      )
    const folder = await mkdtemp(join(this.#folder, 'master-'))
    const path = join(folder, batch.masterName)
    await writeFile(path, await this.#store.get(batch.master))
    const { settings } = batch
    const assignment = await openAssignment(path, { ...settings, sandbox: this.#sandbox, signal })
    await this.#store.putOnce(assignmentFile(name), `${JSON.stringify(assignment.summary)}\n`)
    return { batch, assignment }
  }
}

function problemOf({ problem }: BatchSubmission): { readonly problem?: string } {
  return problem === undefined ? {} : { problem }
}
