/**
 * The grader's end of one runner: says what to do next, waits for the one message that may come, and ends the runner when
 * anything else happens.
 */
import { randomBytes } from 'node:crypto'
import type { AskMessage } from '../../kernel/grading/asking'
import { plainText } from '../../kernel/grading/words'
import { readMessages, writeMessage, type ChannelError } from './channel'
import { runnerMessage, type GraderMessage, type RunnerMessage } from './runner/messages'
import type { Ended, Launched } from './sandbox'

/** Why a runner's end came before its work was done. */
export type EndReason = 'timeout' | 'oom' | 'killed' | 'tampered' | 'failed'

export class RunnerEnded extends Error {
  override readonly name = 'RunnerEnded'
  readonly reason: EndReason

  constructor(reason: EndReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** The grader itself broke: no result of this submission says anything. Another try may. */
export class GraderFault extends Error {
  override readonly name = 'GraderFault'
}

/** Bytes that a runner may send in all. */
const MOST_BYTES = 256 * 2 ** 20
/** Characters of its error stream that are kept, for faults of the grader itself. */
const MOST_NOISE = 4000

type Start = Omit<Extract<GraderMessage, { type: 'start' }>, 'type' | 'nonce'>

export class RunnerProcess {
  readonly #launched: Launched
  readonly #nonce = randomBytes(16).toString('hex')
  readonly #come: RunnerMessage[] = []
  #waiting: { resolve: (message: RunnerMessage) => void; reject: (error: RunnerEnded) => void } | undefined
  /** How many messages may come before the grader says something again. */
  #owed = 0
  /** Nothing of the submission has been looked at before. */
  #begun = false
  #over: RunnerEnded | undefined
  #noise = ''

  constructor(launched: Launched, seconds: number, signal?: AbortSignal) {
    this.#launched = launched
    const timer = setTimeout(
      () => this.#end(new RunnerEnded('timeout', `It took longer than ${seconds} s in all and was ended.`)),
      seconds * 1000,
    )
    const abort = () => this.#end(new RunnerEnded('killed', 'Grading was stopped.'))
    signal?.addEventListener('abort', abort)
    readMessages(
      launched.stdout,
      (message) => this.#receive(message),
      (error) => this.#end(tampered(error)),
      { most: MOST_BYTES },
    )
    launched.stderr.on('data', (chunk: Buffer) => {
      this.#noise = (this.#noise + chunk.toString()).slice(-MOST_NOISE)
    })
    void launched.ended.then((ended) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      this.#end(this.#reasonOf(ended))
    })
  }

  /** Starts the kernel inside. @throws RunnerEnded */
  async start(options: Start): Promise<Extract<RunnerMessage, { type: 'ready' }>> {
    const begun = await this.#exchange({ type: 'start', nonce: this.#nonce, ...options }, 2)
    if (begun.type !== 'begun') throw this.#end(unexpected(begun))
    this.#begun = true
    const answer = await this.#take()
    if (answer.type === 'failed') throw this.#end(new RunnerEnded('failed', answer.reason))
    if (answer.type !== 'ready') throw this.#end(unexpected(answer))
    return answer
  }

  /** Runs a cell, as far as the first question that it waits for. @throws RunnerEnded */
  run(cell: number): Promise<RunnerMessage> {
    return this.#exchange({ type: 'run', cell })
  }

  /** @throws RunnerEnded */
  ask(message: AskMessage): Promise<RunnerMessage> {
    return this.#exchange(message)
  }

  /** What has been compiled of its program, in base64. @throws RunnerEnded */
  async codeCache(): Promise<Readonly<Record<string, string>>> {
    const message = await this.#exchange({ type: 'codeCache' })
    if (message.type !== 'codeCache') throw this.#end(unexpected(message))
    return message.files
  }

  /** Whatever came is not what may come now: ends the runner. */
  unexpected(message: RunnerMessage): RunnerEnded {
    return this.#end(unexpected(message))
  }

  /** What came says something that cannot be: ends the runner. */
  tampered(message: string): RunnerEnded {
    return this.#end(new RunnerEnded('tampered', message))
  }

  /** Ends the runner. @returns how it went, when everything in the sandbox has ended */
  async close(): Promise<Ended> {
    this.#end(new RunnerEnded('killed', 'The grader has ended the runner.'))
    return await this.#launched.ended
  }

  /** @param answers how many messages may come */
  #exchange(message: GraderMessage, answers = 1): Promise<RunnerMessage> {
    if (this.#over) return Promise.reject(this.#over)
    // Checked before anything new is said: what came too early was not an answer to it.
    if (this.#come.length) return Promise.reject(this.#end(unexpected(this.#come[0]!)))
    this.#owed += answers
    writeMessage(this.#launched.stdin, message)
    return this.#take()
  }

  #take(): Promise<RunnerMessage> {
    const message = this.#come.shift()
    if (message) return Promise.resolve(message)
    if (this.#over) return Promise.reject(this.#over)
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }))
  }

  #receive(value: unknown): void {
    if (this.#over) return
    const message = runnerMessage(value, this.#nonce)
    if (!message)
      return void this.#end(new RunnerEnded('tampered', 'A message came back that the runner did not send.'))
    if (--this.#owed < 0) return void this.#end(unexpected(message))
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting.resolve(message)
    else this.#come.push(message)
  }

  #end(reason: RunnerEnded): RunnerEnded {
    if (this.#over) return this.#over
    this.#over = reason
    this.#launched.kill()
    this.#waiting?.reject(reason)
    this.#waiting = undefined
    return reason
  }

  #reasonOf({ outOfMemory, code, signal, failure }: Ended): RunnerEnded {
    if (failure !== undefined) return new RunnerEnded('failed', `The runner could not be started: ${failure}`)
    if (outOfMemory) return new RunnerEnded('oom', 'It used more memory than it may, and was ended.')
    const noise = this.#noise.trim().split('\n').at(-1)
    if (!this.#begun)
      return new RunnerEnded(
        'failed',
        `The runner did not start: ${plainText(noise ?? '', 300) || `status ${code}`}.`,
      )
    const how = signal ? `by ${signal}` : `with status ${code}`
    return new RunnerEnded('killed', `Its process ended ${how}${noise ? `: ${plainText(noise, 300)}` : ''}.`)
  }
}

function tampered(error: ChannelError): RunnerEnded {
  return new RunnerEnded('tampered', `The channel was misused: ${error.message}.`)
}

function unexpected({ type }: RunnerMessage): RunnerEnded {
  return new RunnerEnded('tampered', `A message came back that nobody had asked for (${type}).`)
}
