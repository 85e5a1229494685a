/** Shipped models in the sandbox that submissions are graded in, where no folder is but that of their weights. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gradeCourse } from './grade'
import { Course, masterOf, submissionOf } from './notebooks'

const master = masterOf([
  {
    id: 'load',
    role: 'solution',
    source: `import { metrics, pretrained } from 'genbook'
const judge = await pretrained('digits-judge')
const right = async (x: tf.Tensor, labels: Int32Array) => (await metrics.agreement(x, labels, judge)).value`,
  },
  {
    id: 'tests-load',
    role: 'test',
    points: 2,
    source: `import { data, test } from 'genbook'
const { x, labels } = data.digits({ size: 16 }).drawLabelled(40)
test('knows digits', { run: async () => (await right(x, labels)) > 0.9, points: 2 })`,
  },
])

test('a submission that loads a shipped model is graded as the solution is, and one that asks for another file is told the names', async (t) => {
  const course = await Course.create(t)
  await course.write('master.genbook', master)
  const answer = (name: string) => `import { metrics, pretrained } from 'genbook'
const judge = await pretrained('${name}' as 'digits-judge')
const right = async (x: tf.Tensor, labels: Int32Array) => (await metrics.agreement(x, labels, judge)).value`
  await course.write('submitted/right.genbook', submissionOf(master, { load: answer('digits-judge') }))
  await course.write('submitted/astray.genbook', submissionOf(master, { load: answer('../../etc/passwd') }))
  const { status, results, printed } = await gradeCourse(course)
  assert.equal(status, 0, printed)
  const [right, astray] = [results.get('right'), results.get('astray')]
  const said = (result: unknown) => JSON.stringify(result, undefined, 1)
  assert.deepEqual([right?.status, right?.points], ['passed', 2], said(right))
  assert.equal(astray?.points, 0, said(astray))
  assert.match(said(astray), /there is no model .*etc\/passwd.*there are .*digits-judge/)
})
