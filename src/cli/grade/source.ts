/**
 * The results of a grading, as reports take them: all of them without their bulk (answers and pictures), and each in full
 * when its turn comes. A course of thousands has gigabytes of pictures.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { readResult, ResultFormatError } from './json'
import type { SubmissionResult } from './result'

export interface ResultSource {
  /** Without `source`, `outputs` and `handedIn` of cells. */
  readonly results: readonly SubmissionResult[]
  /** The one at that place, whole. */
  full(index: number): Promise<SubmissionResult>
  close(): Promise<void>
}

/** Results that are in memory anyway. */
export function inMemory(results: readonly SubmissionResult[]): ResultSource {
  return { results, full: (index) => Promise.resolve(results[index]!), close: () => Promise.resolve() }
}

/** What reports of many submissions at once need of one. */
export function withoutBulk(result: SubmissionResult): SubmissionResult {
  const cells = result.cells.map((cell) => {
    const { source, outputs, handedIn, ...light } = cell
    return [source, outputs, handedIn].every((bulk) => bulk === undefined) ? cell : light
  })
  return { ...result, cells }
}

/**
 * The results in a file of JSON lines; empty lines are skipped.
 *
 * @throws ResultFormatError that names the line, and errors of the file system
 */
export async function fromFile(path: string): Promise<ResultSource> {
  const file = await open(path)
  try {
    const results: SubmissionResult[] = []
    const places: Place[] = []
    for await (const { text, number, ...place } of linesOf(file)) {
      if (!text.trim()) continue
      results.push(withoutBulk(parse(text, `${path}:${number}`)))
      places.push(place)
    }
    return {
      results,
      full: async (index) => {
        const { offset, length } = places[index]!
        const bytes = Buffer.alloc(length)
        await file.read(bytes, 0, length, offset)
        return parse(bytes.toString(), path)
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

function parse(text: string, place: string): SubmissionResult {
  try {
    return readResult(text)
  } catch (error) {
    if (!(error instanceof ResultFormatError)) throw error
    throw new ResultFormatError(`${place}: ${error.message}`)
  }
}

/** In bytes. */
interface Place {
  readonly offset: number
  readonly length: number
}

const CHUNK = 2 ** 20
const LINE_FEED = 10

async function* linesOf(
  file: FileHandle,
): AsyncGenerator<Place & { readonly text: string; readonly number: number }> {
  const chunk = Buffer.alloc(CHUNK)
  let parts: Buffer[] = []
  let offset = 0
  let read = 0
  let number = 1
  const line = (end: number) => {
    const text = Buffer.concat(parts).toString()
    const place = { offset, length: end - offset, text, number: number++ }
    parts = []
    offset = end + 1
    return place
  }
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, read)
    if (!bytesRead) break
    let start = 0
    for (let at = chunk.indexOf(LINE_FEED); at >= 0 && at < bytesRead; at = chunk.indexOf(LINE_FEED, start)) {
      parts.push(Buffer.from(chunk.subarray(start, at)))
      yield line(read + at)
      start = at + 1
    }
    if (start < bytesRead) parts.push(Buffer.from(chunk.subarray(start, bytesRead)))
    read += bytesRead
  }
  if (parts.length) yield line(read)
}

/** Some results of several sources, in the order of the list. */
export function pick(
  chosen: readonly { readonly source: ResultSource; readonly index: number }[],
): ResultSource {
  return {
    results: chosen.map(({ source, index }) => source.results[index]!),
    full: (index) => chosen[index]!.source.full(chosen[index]!.index),
    close: async () => {
      for (const source of new Set(chosen.map(({ source }) => source))) await source.close()
    },
  }
}
