import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LanguageClient } from '../../src/kernel/language/client'
import { startLanguageThread } from '../../src/kernel/language/client.node'
import { sixty } from '../language/cases/long'
import { idOf } from '../language/marks'
import { spread, time, type Benchmark } from './benchmark'

const dist = join(process.cwd(), 'dist')

function cellsOf(sources: readonly string[]) {
  return sources.map((source, index) => ({ id: idOf(index), source }))
}

/** A person writes a line at the end of the sixtieth cell: each key changes it, and asks for completions. */
const WRITTEN =
  'const walk = ddim(model, { steps: 5 })\nconst run = await sample(walk, 64)\nrun.mean().print()'

const benchmark: Benchmark = {
  title: 'Language service, a notebook of 60 cells, in a worker thread',
  async run(report) {
    const types = await readFile(join(dist, 'types.json'), 'utf8')
    const start = () =>
      new LanguageClient({
        start: startLanguageThread(join(dist, 'language.js')),
        types: () => Promise.resolve(types),
      })
    report('memory of the worker after checks and a completion', `${await memory(start())} MB`)
    const first = []
    const all = []
    for (let i = 0; i < 5; i++) {
      const client = start()
      client.update('n', cellsOf(sixty('1')))
      first.push(await time(() => client.diagnose({ notebook: 'n', cell: 'a' })))
      all.push(await time(() => client.diagnoseEach('n', () => {})))
      client.dispose()
    }
    report('first diagnostics after opening, worker started too', spread(first))
    report('then the diagnostics of all other cells', spread(all))

    const client = start()
    const last = idOf(59)
    const ask = async (text: string) => {
      client.update('n', cellsOf(sixty(text)))
      return client.completions({ notebook: 'n', cell: last, offset: text.length })
    }
    await ask('')
    const typing = []
    const waiting = []
    const diagnosing = []
    for (let length = 1; length <= WRITTEN.length; length++) {
      const text = WRITTEN.slice(0, length)
      typing.push(await time(() => ask(text)))
      // The checks that the key set off are under way when the next key is pressed.
      const stop = new AbortController()
      const checks = client.diagnoseEach('n', () => {}, { signal: stop.signal })
      waiting.push(await time(() => client.hover({ notebook: 'n', cell: last, offset: text.length })))
      stop.abort()
      await checks
      diagnosing.push(await time(() => client.diagnose({ notebook: 'n', cell: last })))
    }
    report('completion after a key press', spread(typing))
    report('hover while checks are under way', spread(waiting))
    report('diagnostics of the edited cell', spread(diagnosing))
    report('items offered', String((await ask(''))?.items.length))
    client.dispose()
  },
}

/** What the process has more of while a first worker checks sixty cells and completes in one. */
async function memory(client: LanguageClient): Promise<string> {
  const before = process.memoryUsage().rss
  client.update('n', cellsOf(sixty('tf.')))
  await client.diagnoseEach('n', () => {})
  await client.completions({ notebook: 'n', cell: idOf(59), offset: 3 })
  const grown = (process.memoryUsage().rss - before) / 2 ** 20
  client.dispose()
  return grown.toFixed(0)
}

export default benchmark
