/**
 * A worker whose grading is pretended: it says what it begins, waits until a file appears, and then has a result. What it
 * pretends is the grading alone; queue, store and worker are the product's.
 */
import { access } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { openQueue } from '../../../src/cli/grade/queue/boss'
import { FolderStore } from '../../../src/cli/grade/queue/store'
import { work } from '../../../src/cli/grade/queue/worker'
import { cellGrade, result, testGrade } from '../../unit/cli/grade/fixtures'

const [url, store, gate, name] = process.argv.slice(2) as [string, string, string, string]
const say = (message: string) => console.log(`${name} ${message}`)
const queue = await openQueue(url, { onFault: (message) => say(`fault: ${message}`) })
const never = new AbortController().signal
const finished = await work(queue, new FolderStore(store), {
  jobs: 1,
  untilDone: true,
  drain: never,
  stop: never,
  say,
  beat: 1000,
  pause: 200,
  grade: async ({ key, attempt }) => {
    say(`begins ${key} ${attempt}`)
    for (;;) {
      try {
        await access(gate)
        break
      } catch {
        await pause(50)
      }
    }
    if (key === 'breaks-once' && attempt === 0) throw new Error('the disk is full')
    return result(key, [cellGrade('q', [testGrade('t', 1, 1)])], { key, notes: [`graded by ${name}`] })
  },
})
say(`finished ${finished}`)
await queue.close()
