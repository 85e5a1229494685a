/**
 * What has been graded so far, so that a grading that was interrupted goes on where it was: `journal.jsonl`, a result a line,
 * each written to the disk before the next submission begins.
 */
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../failure'
import { readResult, ResultFormatError, writeResult } from './json'
import type { SubmissionResult } from './result'

export class Journal {
  readonly #file: number
  readonly #lock: string
  readonly #results: Map<string, SubmissionResult>

  private constructor(file: number, lock: string, results: Map<string, SubmissionResult>) {
    this.#file = file
    this.#lock = lock
    this.#results = results
  }

  /** @throws UsageError where another process is grading into this folder, or nothing can be written there */
  static open(folder: string): Journal {
    const path = join(folder, 'journal.jsonl')
    const lock = join(folder, 'journal.lock')
    try {
      mkdirSync(folder, { recursive: true })
    } catch (error) {
      throw new UsageError(`--out ${folder}: ${(error as Error).message}`)
    }
    takeLock(lock, folder)
    const file = openSync(path, 'a+')
    const { results, length } = read(readFileSync(file))
    // A line that was being written when the grader was killed is no result, and the next must not be joined to it.
    ftruncateSync(file, length)
    return new Journal(file, lock, results)
  }

  get(key: string): SubmissionResult | undefined {
    return this.#results.get(key)
  }

  add(result: SubmissionResult): void {
    writeSync(this.#file, `${writeResult(result)}\n`)
    fsyncSync(this.#file)
    this.#results.set(result.key, result)
  }

  close(): void {
    closeSync(this.#file)
    rmSync(this.#lock, { force: true })
  }
}

/** @returns also how many bytes are whole lines */
function read(bytes: Buffer): { results: Map<string, SubmissionResult>; length: number } {
  const results = new Map<string, SubmissionResult>()
  const length = bytes.lastIndexOf(0x0a) + 1
  for (const line of bytes.subarray(0, length).toString().split('\n')) {
    if (!line) continue
    try {
      const result = readResult(line)
      results.set(result.key, result)
    } catch (error) {
      // Of an older Genbook, or damaged: that submission is graded again.
      if (!(error instanceof ResultFormatError)) throw error
    }
  }
  return { results, length }
}

function takeLock(lock: string, folder: string): void {
  for (let tries = 0; ; tries++)
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'EEXIST') throw new UsageError(`--out ${folder}: ${message}`)
      const owner = Number(readFileSync(lock, 'utf8'))
      if (tries || isAlive(owner))
        throw new UsageError(
          `Process ${owner} is grading into ${folder}. Wait for it, or, where there is no such grading, remove ${lock}.`,
        )
      // It was killed.
      rmSync(lock, { force: true })
    }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
