import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { decode } from 'fast-png'
import { Bench, prepare, type Ran } from './harness'

before(prepare)

interface Shown {
  readonly data: { source?: string; text?: string[]; customdata?: string[] }[]
  readonly layout: {
    readonly xaxis: { ticktext?: string[] }
    readonly yaxis: { ticktext?: string[] }
    readonly shapes?: unknown[]
    readonly meta: { moments?: string[]; summary: string }
  }
  readonly frames?: { data: { source: string }[] }[]
}

/** The figures of a cell in the end, in their order. */
function figures({ events, outcome }: Ran): Shown[] {
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
  const latest = new Map<string, Shown>()
  for (const event of events)
    if ('bundle' in event && 'application/vnd.plotly.v1+json' in event.bundle)
      latest.set(event.id, event.bundle['application/vnd.plotly.v1+json'] as unknown as Shown)
  return [...latest.values()]
}

/** Grey values of a sheet of one-pixel pictures with a pixel between, row by row. */
function pixels(source: string, columns: number): number[][] {
  const { data, width, height } = decode(Buffer.from(source.split(',')[1]!, 'base64'))
  assert.equal(width, 2 * columns - 1)
  return Array.from({ length: (height + 1) / 2 }, (_, row) =>
    Array.from({ length: columns }, (_, column) => data[(2 * row * width + 2 * column) * 4]!),
  )
}

const MODEL = `
  import { ancestral, classifierFree, data, ddim, exact, exactClassifier, given, ncsn, plot, vp } from 'genbook'
  // Two pictures of one pixel, white for class 1 and black for class 0.
  const two = data.points(tf.tensor([1, -1], [2, 1, 1, 1]), { labels: [1, 0] })
  const model = exact(vp(), two), sure = exactClassifier(vp(), two)
  // Points have no density without noise.
  const judge = { ...sure, logProbabilities: (x: any) => sure.logProbabilities(x, 0.05) }`

test('a denoising strip shows each sample on its way, and what the model thinks it will be', async () => {
  const bench = new Bench()
  const [figure] = figures(
    await bench.run(`${MODEL}
    plot.denoising(ddim(given(model, { class: 1 }), { steps: 6 }), { count: 2, moments: 3 })`),
  )
  assert.deepEqual(figure!.layout.yaxis.ticktext, ['xₜ', 'x̂₀', 'xₜ', 'x̂₀'])
  assert.equal(figure!.layout.xaxis.ticktext!.length, 3)
  assert.equal(figure!.layout.xaxis.ticktext![0], '1')
  const rows = pixels(figure!.data[0]!.source!, 3)
  // Told which picture it will be, the exact model knows it from the start; the samples end there.
  assert.deepEqual([rows[1], rows[3]], [Array(3).fill(255), Array(3).fill(255)])
  assert.deepEqual([rows[0]![2], rows[2]![2]], [255, 255])
  assert.notEqual(rows[0]![0], rows[2]![0], 'samples start from noise of their own')
})

test('the strip has a slider where one is asked for', async () => {
  const [figure] = figures(
    await new Bench().run(`${MODEL}
    plot.denoising(ddim(given(model, { class: 0 }), { steps: 4 }), { count: 3, moments: 5, slider: true })`),
  )
  assert.equal(figure!.layout.meta.moments!.length, 5)
  assert.match(figure!.layout.meta.moments![0]!, /^t = 1$/)
  assert.equal(figure!.frames!.length, 5)
  // Two sheets, of the states and of what they are taken for.
  assert.equal(figure!.frames![0]!.data.length, 2)
  const [first] = pixels(figure!.frames![0]!.data[1]!.source, 2)
  assert.deepEqual(first, [0, 0])
})

test('noise levels are those of the process, from clean data on', async () => {
  const [noisy, cleaned] = figures(
    await new Bench().run(`${MODEL}
    const levels = ncsn({ sigmas: [0.5, 4] })
    plot.noiseLevels(levels, tf.tensor([0, 0.2], [2, 1, 1, 1]), { levels: 9 })
    plot.noiseLevels(given(model, { class: 1 }), data.points(tf.tensor([1], [1, 1, 1, 1])), { levels: 4, count: 2 })`),
  )
  // A scale is a column, with its σ; asked for more levels than there are, each once.
  assert.deepEqual(noisy!.layout.xaxis.ticktext, ['0', '0.5', '4'])
  assert.deepEqual(noisy!.layout.yaxis.ticktext, ['xₜ', 'xₜ'])
  const [first] = pixels(noisy!.data[0]!.source!, 3)
  // x = σ ε over √(1 + σ²): the same ε in all columns.
  const value = (byte: number) => (2 * byte) / 255 - 1
  const epsilon = (value(first![1]!) * Math.hypot(1, 0.5)) / 0.5
  assert.equal(first![0], 128)
  const expected = Math.max(-1, Math.min(1, (epsilon * 4) / Math.hypot(1, 4)))
  // A byte is 1/128 of the range, and ε was read from one.
  assert.ok(Math.abs(value(first![2]!) - expected) < 0.04, `${value(first![2]!)} ${expected}`)
  assert.deepEqual(cleaned!.layout.xaxis.ticktext, ['0', '0.333', '0.667', '1'])
  assert.deepEqual(pixels(cleaned!.data[0]!.source!, 4)[1], Array(4).fill(255))
})

test('a guidance grid has the same noise in each row, and frames what the judge takes for another class', async () => {
  const [figure] = figures(
    await new Bench().run(`${MODEL}
    const sampler = (scale: number, y: number[]) => ddim(classifierFree(model, { class: y }, { scale }), { steps: 8 })
    await plot.guidanceGrid(sampler, { scales: [1, 3], classes: [1, 0, 1], judge })`),
  )
  assert.deepEqual(figure!.layout.xaxis.ticktext, ['1', '3'])
  assert.deepEqual(figure!.layout.yaxis.ticktext, ['1', '0', '1'])
  assert.deepEqual(
    figure!.data[1]!.customdata,
    ['1', '1', '0', '0', '1', '1'].map((label, i) => `guided samples, number ${i}<br>${label} · 100 %`),
  )
  assert.equal(figure!.layout.shapes, undefined)
  // Without guidance the class that is asked for does not matter: of both rows of the same noise one is wrong.
  const [unguided] = figures(
    await new Bench().run(`${MODEL}
    const none = (scale: number, y: number[]) => ddim(classifierFree(model, { class: y }, { scale }), { steps: 8 })
    await plot.guidanceGrid(none, { scales: [0], classes: [1, 1, 1, 1, 1, 1, 1, 1], judge })
    await plot.guidanceGrid(none, { scales: [0], classes: [0, 0, 0, 0, 0, 0, 0, 0], judge })`),
  )
  assert.deepEqual(unguided!.layout.yaxis.ticktext, ['1', '2', '3', '4', '5', '6', '7', '8'])
  const wrong = unguided!.data[1]!.customdata!.filter((said) => said.includes('<br>0 ·')).length
  assert.equal(unguided!.layout.shapes?.length ?? 0, wrong)
  assert.ok(wrong > 0 && wrong < 8, String(wrong))
})

test('what is no sampler, process or grid is refused in words', async () => {
  const bench = new Bench()
  await bench.run(`${MODEL}
    const none = undefined as any`)
  for (const [cell, message] of [
    ['plot.denoising(model)', /^plot\.denoising draws what a sampler does/],
    ['plot.denoising(ddim(model), { moments: 1 })', /moments must be a whole number from 2 on, but is 1/],
    ['plot.noiseLevels(none, two)', /^plot\.noiseLevels draws the noise of a denoiser/],
    ['plot.noiseLevels(vp(), 5)', /the second argument must be pictures/],
    ['plot.noiseLevels(vp(), data.moons())', /the model's states have the shape \[2\], but pictures have/],
    ['plot.guidanceGrid(ddim(model), { classes: [1] })', /takes a function of γ and the classes/],
    ['plot.guidanceGrid(() => ddim(model), {})', /classes must be whole numbers/],
    ['plot.guidanceGrid(() => ddim(model), { classes: [1], scales: [] })', /scales must be numbers/],
  ] as const) {
    const { error } = await bench.run(`await (${cell} as any)`)
    assert.match(error.message, message)
  }
})
