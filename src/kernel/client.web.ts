/**
 * Starts a kernel in a dedicated Worker of this page.
 *
 * Inside a webview there is no shared memory, so the page gives each run a `blob:` address that the kernel can read
 * synchronously while a cell is looping; revoking the address is the stop sign.
 */
import type { Transport } from './client'
import { CommandWriter } from './debug/addresses'
import type { DriverMessage, KernelMessage } from './protocol'

/** A transport to a new Worker that executes `script`, the text of the built `dist/kernel.js`. */
export function webTransport(script: string): Transport {
  const source = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(source)
  const signs = new Map<number, string>()
  let commands: CommandWriter | undefined
  const finish = (run: number) => {
    revoke(run)
    commands?.dispose()
    commands = undefined
  }
  const revoke = (run: number) => {
    const sign = signs.get(run)
    if (sign !== undefined) URL.revokeObjectURL(sign)
    signs.delete(run)
  }
  const end = () => {
    worker.terminate()
    URL.revokeObjectURL(source)
    for (const run of [...signs.keys()]) finish(run)
  }
  return {
    post(message, transfer = []) {
      if (message.type === 'execute' || message.type === 'recompute') {
        const stopUrl = URL.createObjectURL(new Blob(['go']))
        signs.set(message.run, stopUrl)
        const launch = message.type === 'execute' ? message.debug : undefined
        if (launch) commands = new CommandWriter()
        const channel = commands && ({ kind: 'addresses', addresses: commands.first } as const)
        const debug = launch && channel && { debug: { ...launch, channel } }
        const whole: DriverMessage = { ...message, stopUrl, ...debug }
        worker.postMessage(whole, transfer)
        return
      }
      if (message.type === 'debug') {
        commands?.send(message.command)
        return
      }
      if (message.type === 'interrupt') revoke(message.run)
      worker.postMessage(message, transfer)
    },
    onMessage(listener) {
      worker.addEventListener('message', (event: MessageEvent<KernelMessage>) => {
        if (event.data.type === 'finished') finish(event.data.run)
        if (event.data.type === 'debugged') commands?.taken(event.data.taken)
        listener(event.data)
      })
    },
    onExit(listener) {
      // Cells' own errors are caught inside; one that arrives here means that the script itself could not run.
      worker.addEventListener('error', (event) => {
        event.preventDefault()
        end()
        listener(`The kernel failed: ${event.message || 'its script could not be loaded'}.`)
      })
    },
    terminate: end,
  }
}
