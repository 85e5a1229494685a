/** Models that come with Genbook, in the webview's kernel: their files are read by the extension, and posted to it. */
import assert from 'node:assert/strict'
import { scenario } from './harness'

scenario(
  'a cell loads a shipped model, which knows what it was trained for; a name that there is not lists those that there are',
  async ({ notebook }) => {
    const book = await notebook([
      `import { data, metrics, pretrained } from 'genbook'
const judge = await pretrained('digits-judge')
const { x, labels } = data.digits({ size: 16 }).drawLabelled(40)
const { value } = await metrics.agreement(x, labels, judge)
judge.card.name + (value > 0.9 ? ': most are right' : ': ' + value)`,
      "await pretrained('digits-nobody' as never)",
    ])
    assert.equal((await book.runCell(0)).success, true)
    await book.waitForOutput(0, 'digits-judge: most are right')
    assert.equal((await book.runCell(1)).success, false)
    await book.waitForOutput(1, /there is no model "digits-nobody"; there are .*digits-judge/)
  },
  { hosts: ['server', 'web'] },
)
