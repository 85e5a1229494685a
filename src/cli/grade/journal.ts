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
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../failure'
import { readResult, ResultFormatError, writeResult } from './json'
import type { SubmissionResult } from './result'

/** Where a line stands in the file. */
interface Place {
  readonly start: number
  readonly length: number
}

export class Journal {
  readonly #file: number
  readonly #lock: string
  /** By key. Results themselves stay on the disk: a course of thousands has gigabytes of pictures. */
  readonly #places: Map<string, Place>
  #end: number

  private constructor(file: number, lock: string, places: Map<string, Place>, end: number) {
    this.#file = file
    this.#lock = lock
    this.#places = places
    this.#end = end
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
    const { places, end } = readPlaces(file)
    // A line that was being written when the grader was killed is no result, and the next must not be joined to it.
    ftruncateSync(file, end)
    return new Journal(file, lock, places, end)
  }

  get(key: string): SubmissionResult | undefined {
    const place = this.#places.get(key)
    return place && readResult(lineAt(this.#file, place))
  }

  add(result: SubmissionResult): void {
    const line = Buffer.from(`${writeResult(result)}\n`)
    writeFileSync(this.#file, line)
    fsyncSync(this.#file)
    this.#places.set(result.key, { start: this.#end, length: line.length - 1 })
    this.#end += line.length
  }

  close(): void {
    closeSync(this.#file)
    rmSync(this.#lock, { force: true })
  }
}

const CHUNK = 2 ** 20
const LINE_END = 0x0a

/** @returns where whole lines that are results stand, and where the last whole line ends */
function readPlaces(file: number): { places: Map<string, Place>; end: number } {
  const places = new Map<string, Place>()
  const chunk = Buffer.alloc(CHUNK)
  let start = 0
  for (let at = 0, read = 0; (read = readSync(file, chunk, 0, CHUNK, at)) > 0; at += read)
    for (let i = chunk.indexOf(LINE_END); i >= 0 && i < read; i = chunk.indexOf(LINE_END, i + 1)) {
      const place = { start, length: at + i - start }
      start = at + i + 1
      const key = keyAt(file, place)
      if (key !== undefined) places.set(key, place)
    }
  return { places, end: start }
}

/** @returns undefined for a line of an older Genbook, or a damaged one: that submission is graded again */
function keyAt(file: number, place: Place): string | undefined {
  try {
    return readResult(lineAt(file, place)).key
  } catch (error) {
    if (error instanceof ResultFormatError) return undefined
    throw error
  }
}

function lineAt(file: number, { start, length }: Place): string {
  const bytes = Buffer.alloc(length)
  let read = 0
  while (read < length) {
    const count = readSync(file, bytes, read, length - read, start + read)
    if (count === 0) break
    read += count
  }
  return bytes.toString('utf8', 0, read)
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
