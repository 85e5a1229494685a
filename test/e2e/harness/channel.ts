/** The test's side of the driver extension: functions go to VS Code's extension host, their results come back. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from './wait'

interface Request {
  readonly id: number
  readonly source: string
  readonly args: readonly unknown[]
}

interface Reply {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

export class DriverChannel {
  readonly #server: Server
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  readonly #requests: Request[] = []
  #driver: string | undefined
  #poll: ServerResponse | undefined
  #lastId = 0

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(): Promise<DriverChannel> {
    const server = createServer()
    const channel = new DriverChannel(server)
    server.on('request', (request, response) => void channel.#answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return channel
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Forgets the driver of a window that is about to go, so that nothing more is sent to it. */
  forget(): void {
    this.#driver = undefined
    this.#poll?.writeHead(410).end()
    this.#poll = undefined
  }

  /** Resolves when an extension host has announced itself. */
  async ready(seconds = 60): Promise<void> {
    await until('the extension host to start', () => this.#driver, { seconds })
  }

  /**
   * Runs a function in the extension host. It is sent as source text: it sees its arguments and nothing else.
   * @throws what the function threw, and where no answer comes in time.
   */
  async evaluate(source: string, args: readonly unknown[], seconds = 60): Promise<unknown> {
    const id = ++this.#lastId
    const reply = await new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Error(`no answer from the extension host within ${seconds} s to ${source}`))
      }, seconds * 1000)
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer)
        resolve(reply)
      })
      this.#requests.push({ id, source, args })
      this.#send()
    })
    if (reply.error !== undefined) throw new Error(`in the extension host: ${reply.error}`)
    return reply.value
  }

  async close(): Promise<void> {
    this.forget()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('access-control-allow-origin', '*')
    const url = new URL(request.url ?? '/', this.address)
    if (url.pathname === '/next') return this.#next(url.searchParams.get('driver') ?? '', response)
    const body = JSON.parse(await read(request)) as { readonly driver: string } & Reply
    response.writeHead(204).end()
    if (url.pathname === '/hello') {
      this.forget()
      this.#driver = body.driver
    } else {
      this.#waiting.get(body.id)?.(body)
      this.#waiting.delete(body.id)
    }
  }

  /** Holds a driver's question until there is something for it to do, for twenty seconds at most. */
  #next(driver: string, response: ServerResponse): void {
    if (driver !== this.#driver) return void response.writeHead(410).end()
    this.#poll = response
    const timer = setTimeout(() => {
      if (this.#poll !== response) return
      this.#poll = undefined
      response.writeHead(204).end()
    }, 20_000)
    response.on('close', () => {
      clearTimeout(timer)
      if (this.#poll === response) this.#poll = undefined
    })
    this.#send()
  }

  #send(): void {
    const request = this.#poll && this.#requests.shift()
    if (!request) return
    this.#poll?.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(request))
    this.#poll = undefined
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
