/** What a person does with cells: change, rerun, stop, restart; variables live exactly as long as they should. */
import assert from 'node:assert/strict'
import { scenario, until, type DrawnFigure } from './harness'

const points = ({ traces }: DrawnFigure): number => Math.max(...traces.map((trace) => trace.points))

scenario(
  'later cells see the new value of a changed cell',
  async ({ notebook }) => {
    const book = await notebook(['const rate = 0.5', 'const doubled = () => rate * 2', 'doubled()'])
    await book.runAll()
    await book.allFinished()
    await book.waitForOutput(2, /^1$/)

    await book.editCell(0, 'const rate = 21')
    assert.equal((await book.runCell(0)).success, true)
    assert.equal((await book.runCell(2)).success, true)
    await book.waitForOutput(2, /^42$/)
  },
  { hosts: ['server', 'web'] },
)

scenario(
  'Stop ends an endless loop in a plain function and keeps every variable',
  async ({ notebook }) => {
    const book = await notebook([
      'let kept = 41',
      'function spin() {\n  let turns = 0\n  while (true) {\n    turns++\n  }\n}\nspin()',
      'kept + 1',
    ])
    await book.runCell(0)
    await book.startCell(1)
    await book.waitForIcon(1, 'running')
    await book.pressStop()
    const stopped = await book.finished(1, { seconds: 30 })
    assert.equal(stopped.success, false)
    assert.equal((await book.runCell(2)).success, true)
    await book.waitForOutput(2, /^42$/)
  },
  { hosts: ['server', 'web'] },
)

scenario(
  'the loss curve of a training grows, with steps, rate and time left; Stop keeps every variable, the model included',
  async ({ code, notebook }) => {
    await code.setSetting('genbook.backend', 'wasm')
    const book = await notebook([
      "import { data, vp, mlp, denoiser, train } from 'genbook'\n" +
        'const moons = data.moons({ noise: 0.05 })\n' +
        "const model = denoiser(vp({ betaMin: 0.1, betaMax: 20 }), mlp({ dim: 2, hidden: [32] }), { predicts: 'noise' })",
      'let begun = true\nawait train(model, moons, { steps: 1_000_000, batch: 64, rate: 1e-3 })',
      '[begun, typeof model, moons.draw(7).shape]',
    ])
    assert.equal((await book.runCell(0)).success, true)
    await book.startCell(1)
    const [first] = await book.waitForFigures(1)
    await until('the loss curve to grow', async () => {
      const [figure] = await book.figures(1)
      return figure && points(figure) > points(first!)
    })
    await book.waitForOutput(
      1,
      /step [\d,]+ of 1,000,000 · loss [\d.]+ · [\d.,]+ steps\/s · (\d+ h \d+ min|\d+ min \d+ s|\d+ s) left/,
    )
    await book.pressStop()
    assert.equal((await book.finished(1, { seconds: 30 })).success, false)
    assert.equal((await book.runCell(2)).success, true)
    const text = await book.waitForOutput(2, 'object')
    assert.match(text, /true/)
    assert.match(text, /7[\s\S]*2/)
  },
  { hosts: ['server', 'web'] },
)

scenario(
  'Restart forgets the variables, and Restart and Run All makes them anew',
  async ({ code, notebook }) => {
    const book = await notebook(['let counter = 1', 'counter += 1', 'counter'])
    await book.runAll()
    await book.allFinished()
    await book.runCell(1)
    await book.runCell(2)
    await book.waitForOutput(2, /^3$/)

    await code.command('Genbook: Restart')
    const before = (await book.cell(2)).order
    await until('the restarted session to know no variable', async () => {
      const cell = await book.runCell(2)
      return cell.order !== before && cell.success === false
    })
    await book.waitForOutput(2, /ReferenceError[\s\S]*counter/)

    await code.command('Genbook: Restart and Run All')
    await book.waitForOutput(2, /^2$/)
  },
)

scenario('Run Above runs the cells above the selected one', async ({ code, notebook }) => {
  const book = await notebook(['const a = 1', 'const b = a + 1', 'const c = b + 1', 'never'])
  await book.select(2)
  await code.command('Genbook: Run Above')
  const [first, second] = [await book.finished(0), await book.finished(1)]
  assert.deepEqual([first.success, second.success], [true, true])
  const [third, fourth] = [await book.cell(2), await book.cell(3)]
  assert.deepEqual([third.order, fourth.order], [undefined, undefined])
  await book.runCell(2)
  assert.equal((await book.cell(2)).success, true)
})
