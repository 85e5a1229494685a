/** The least that must work everywhere: a notebook opens, a cell runs, and the page shows its output. */
import assert from 'node:assert/strict'
import { scenario } from './harness'

scenario(
  'a cell runs and shows its value',
  async ({ notebook }) => {
    const book = await notebook(['%md # A title', '1 + 1', 'null.x'])
    const second = await book.runCell(1)
    assert.equal(second.success, true)
    await book.waitForOutput(1, /^2$/)
    assert.equal((await book.waitForIcon(1, 'success')).order, '[1]')

    const third = await book.runCell(2)
    assert.equal(third.success, false)
    await book.waitForOutput(2, 'TypeError')
    assert.equal((await book.waitForIcon(2, 'failed')).order, '[2]')
  },
  { hosts: ['server', 'web'] },
)
