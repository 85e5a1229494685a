import { parseNotebook, writeNotebook } from '../../src/notebook'
import { spread, time, type Benchmark } from './benchmark'
import { largeNotebook } from './largeNotebook'

const benchmark: Benchmark = {
  title: 'A notebook of 10 MB, read and written under Node',
  async run(report) {
    const text = largeNotebook(10e6)
    const reads = []
    const writes = []
    for (let i = 0; i < 9; i++) {
      let parsed: ReturnType<typeof parseNotebook> | undefined
      reads.push(await time(() => Promise.resolve((parsed = parseNotebook(text)))))
      writes.push(await time(() => Promise.resolve(writeNotebook(parsed!.notebook))))
    }
    report('read and validated', spread(reads))
    report('written', spread(writes))
  },
}

export default benchmark
