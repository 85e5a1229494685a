/** The first example, from opening it to its last picture, on both kinds of device that every machine has. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/vscode-host/index.mjs'
import { scenario, type CellState, type DrawnFigure, type NotebookUnderTest } from './harness'

const name = '01-first-diffusion.genbook'
const example = readFileSync(join(root, 'examples', name), 'utf8')

scenario(
  'the example runs from top to bottom, and its pictures are drawn',
  async ({ code, folder }) => {
    await code.setSetting('genbook.backend', 'wasm')
    await code.writeFile(`${folder}/${name}`, example)
    const book = await code.openNotebook(`${folder}/${name}`)
    await book.runAll()
    const cells = await book.allFinished({ seconds: 240 })
    assert.deepEqual(failures(cells), [])
    await code.waitForStatusBar('WASM')

    await showsPictures(book, 4096, 1000)
    const checked = await book.waitForOutput(cells.length - 1, 'each moon')
    assert.equal(checked.match(/✓/g)?.length, 8)
    assert.deepEqual(code.errors, [])
  },
  { hosts: ['server', 'web'], seconds: 420 },
)

scenario(
  'the example runs on WebGPU',
  async ({ code, folder }) => {
    await code.setSetting('genbook.backend', 'webgpu')
    // A GPU that a processor emulates is slow: fewer steps and samples, and no judgement of what it cannot have learned.
    const shortened = example
      .replace('steps: 1000', 'steps: 20')
      .replace('steps: 50', 'steps: 6')
      .replace('steps: 100 ', 'steps: 6 ')
      .replaceAll('4096', '512')
    const short = JSON.parse(shortened) as { cells: unknown[] }
    short.cells.pop()
    await code.writeFile(`${folder}/${name}`, JSON.stringify(short))
    const book = await code.openNotebook(`${folder}/${name}`)
    await book.runAll()
    const cells = await book.allFinished({ seconds: 240 })
    assert.deepEqual(failures(cells), [])
    await code.waitForStatusBar('WebGPU')
    await showsPictures(book, 512, 20)
  },
  { hosts: ['server', 'web'], seconds: 420 },
)

async function indexOf(book: NotebookUnderTest, text: string): Promise<number> {
  const index = (await book.cells()).findIndex((cell) => cell.kind === 'code' && cell.text.includes(text))
  assert.notEqual(index, -1, `the example has no cell with ${text}`)
  return index
}

const failures = (cells: readonly CellState[]): unknown[] =>
  cells
    .filter(({ kind, success }) => kind === 'code' && success !== true)
    .map(({ text, outputs }) => ({ text, outputs }))

/** Every picture of the example, by what is drawn: points, lines, arrows, axes. */
async function showsPictures(book: NotebookUnderTest, samples: number, steps: number): Promise<void> {
  const figure = async (text: string): Promise<DrawnFigure> => {
    const figures = await book.waitForFigures(
      await indexOf(book, text),
      ([one]) => one !== undefined && isDrawn(one),
    )
    assert.equal(figures.length, 1)
    return figures[0]!
  }
  const plane = async (text: string, panels: readonly string[]): Promise<void> => {
    const { traces, axisTitles, marks, painted } = await figure(text)
    assert.deepEqual(
      traces.map(({ name, points }) => [name, points]),
      panels.map((name) => [name, samples]),
    )
    // Many points are painted as pixels, a few as marks; some lie outside the axes.
    assert.ok(marks + painted > 0.9 * samples, `${marks} marks and ${painted} pixels for ${samples} points`)
    assert.deepEqual(new Set(axisTitles), new Set(['x₁', 'x₂']))
  }
  await plane('plot.samples({ data: moons.draw', ['data'])

  const schedule = await figure('plot.schedule')
  assert.deepEqual(
    schedule.traces.map(({ name }) => name),
    ['α', 'σ', 'λ'],
  )
  assert.equal(schedule.paths, 3)
  assert.deepEqual(schedule.axisTitles.slice(0, 2), ['t', 'α, σ'])

  await plane("'t = 0.1'", ['t = 0', 't = 0.1', 't = 0.4', 't = 1'])

  // The exact model knows its density, which is drawn below the arrows: 80 cells across.
  for (const [text, below] of [
    ['exact(forward', [['heatmap', 80]]],
    ['plot.scoreField(model', []],
  ] as const) {
    const field = await figure(text)
    assert.deepEqual(
      field.traces.map(({ type, points }) => [type, points]),
      [...below, ['quiver', 400]],
    )
    assert.equal(field.paths, 400)
    assert.deepEqual(field.axisTitles, ['x₁', 'x₂'])
  }

  const loss = await figure('await train(')
  assert.equal(loss.traces[0]!.points, steps)
  assert.ok(loss.paths >= 1)
  assert.deepEqual(loss.axisTitles, ['step', 'loss'])

  await plane('model: x', ['data', 'model'])
  await plane('ancestral)', ['without noise (DDIM)', 'with noise (ancestral)'])
}

const isDrawn = ({ paths, painted, marks }: DrawnFigure): boolean => paths + painted + marks > 0
