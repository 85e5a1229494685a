/** A language worker and a kernel under Node, on what lies in dist/, as the command line starts them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../scripts/vscode-host/index.mjs'
import { KernelClient, type RunOutcome } from '../../src/kernel/client'
import { createStopFlag, nodeTransport, readWasm } from '../../src/kernel/client.node'
import { LanguageClient } from '../../src/kernel/language/client'
import { startLanguageThread } from '../../src/kernel/language/client.node'
import type { BackendChoice, OutputEvent } from '../../src/kernel/protocol'

export interface NodeSession {
  /** Compiles and executes a cell. @throws where it does not compile or fails. */
  readonly run: (
    source: string,
  ) => Promise<{ readonly outcome: RunOutcome; readonly events: readonly OutputEvent[] }>
  readonly device: string
  readonly dispose: () => void
}

export async function startNodeSession(backend: BackendChoice): Promise<NodeSession> {
  const dist = join(root, 'dist')
  const language = new LanguageClient({
    start: startLanguageThread(join(dist, 'language.js')),
    types: () => readFile(join(dist, 'types.json'), 'utf8'),
  })
  const kernel = new KernelClient(nodeTransport(join(dist, 'kernel.node.mjs')), { startMilliseconds: 60_000 })
  const wasm = await readWasm(join(dist, 'wasm'))
  const device = await kernel.start({ seed: 0, backend, wasm, stopFlag: createStopFlag() })
  let count = 0
  return {
    device: device.name,
    run: async (source) => {
      const compiled = await language.compile('cell', source)
      if (!compiled.ok) throw new Error(compiled.errors[0]?.message)
      const events: OutputEvent[] = []
      const outcome = await kernel.execute(compiled.cell, ++count, (event) => events.push(event))
      if (outcome.status === 'error') throw new Error(outcome.error.message)
      return { outcome, events }
    },
    dispose: () => {
      kernel.terminate()
      language.dispose()
    },
  }
}
