/** The channel between the grader and a runner: JSON messages, each behind its length, over a pipe. */
import type { Readable, Writable } from 'node:stream'

/** Bytes of one message; nothing that is honest comes near. */
export const LARGEST_MESSAGE = 32 * 2 ** 20

/** What came over the channel is not what comes over it. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError'
}

export function writeMessage(stream: Writable, message: unknown): void {
  const body = Buffer.from(JSON.stringify(message))
  const head = Buffer.alloc(4)
  head.writeUInt32LE(body.length)
  stream.write(head)
  stream.write(body)
}

export interface ReadOptions {
  /** Bytes in all. */
  readonly most?: number
}

/**
 * Reads messages until the stream ends. Nothing but lengths and JSON is understood, and nothing is trusted.
 *
 * @param onMessage is called with each, in order.
 * @param onError is called once, with what was wrong; nothing is read after it.
 */
export function readMessages(
  stream: Readable,
  onMessage: (message: unknown) => void,
  onError: (error: ChannelError) => void,
  { most = Infinity }: ReadOptions = {},
): void {
  let chunks: Buffer[] = []
  let held = 0
  let total = 0
  let failed = false
  const fail = (reason: string) => {
    failed = true
    chunks = []
    onError(new ChannelError(reason))
  }
  stream.on('data', (chunk: Buffer) => {
    if (failed) return
    total += chunk.length
    if (total > most) return fail(`more than ${Math.round(most / 2 ** 20)} MiB came back`)
    chunks.push(chunk)
    held += chunk.length
    while (held >= 4 && !failed) {
      if (chunks[0]!.length < 4) chunks = [Buffer.concat(chunks)]
      const length = chunks[0]!.readUInt32LE()
      if (length > LARGEST_MESSAGE) return fail('something that is no message came back')
      if (held < 4 + length) return
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      const body = all.subarray(4, 4 + length)
      const rest = all.subarray(4 + length)
      chunks = rest.length ? [rest] : []
      held = rest.length
      let message: unknown
      try {
        message = JSON.parse(body.toString())
      } catch {
        return fail('a message that is no JSON came back')
      }
      onMessage(message)
    }
  })
  stream.on('end', () => {
    if (!failed && held) fail('the last message was cut off')
  })
}
