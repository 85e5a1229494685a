import { spread, time, type Benchmark } from './benchmark'
import { startNodeSession } from './node'

const benchmark: Benchmark = {
  title: 'Round trip of the cell `1 + 1` under Node: compiled, executed, displayed',
  async run(report) {
    let session: Awaited<ReturnType<typeof startNodeSession>> | undefined
    report(
      'language worker and kernel started',
      `${(await time(async () => (session = await startNodeSession('wasm')))).toFixed(0)} ms`,
    )
    const { run, dispose } = session!
    report('first cell', `${(await time(() => run('1 + 1'))).toFixed(0)} ms`)
    const times = []
    for (let i = 0; i < 50; i++) times.push(await time(() => run('1 + 1')))
    report('cell after cell', spread(times))
    dispose()
  },
}

export default benchmark
