/** What a person sees of the runtime: the device in the status bar, and the runtime view. */
import assert from 'node:assert/strict'
import { scenario, until } from './harness'

scenario(
  'the runtime view shows device, state, tensors and variables, and restarts',
  async ({ code, notebook }) => {
    await code.setSetting('genbook.backend', 'wasm')
    const book = await notebook(["const weights = tf.zeros([4, 8])\nconst label = 'moons'", 'weights.shape'])
    await book.runCell(0)
    await code.waitForStatusBar('WASM')
    const shows = (pattern: RegExp) =>
      until(`${String(pattern)} in the runtime view`, async () => pattern.test(await code.runtimeViewText()))
    await shows(/WASM/)
    await shows(/weights[\s\S]*4[\s\S]*8/)
    await shows(/label[\s\S]*moons/)
    // 4 · 8 numbers of 4 bytes.
    await shows(/\b1\b[\s\S]*128/)

    const view = await code.runtimeView()
    await view.getByRole('button', { name: 'Restart', exact: true }).click()
    await until('the variables to be gone', async () => !/weights/.test(await code.runtimeViewText()))
    assert.equal((await book.runCell(1)).success, false)
  },
  { hosts: ['server', 'web'] },
)

scenario('a software GPU is named as such', async ({ code, notebook }) => {
  await code.setSetting('genbook.backend', 'webgpu')
  const book = await notebook(['const sum = await tf.ones([8]).sum().array()\nsum'])
  assert.equal((await book.runCell(0)).success, true)
  await book.waitForOutput(0, /^8$/)
  await code.waitForStatusBar(/WebGPU/)
})
