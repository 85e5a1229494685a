/** Controls and live pictures, through a session in this thread. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  CAPTION_MIME,
  CONTROLS_MIME,
  type CaptionSpec,
  type ControlSpec,
} from '../../../src/renderers/controls'
import type { Json, OutputEvent, StaleRegion } from '../../../src/kernel/protocol'
import { Bench, prepare, type Ran } from './harness'

before(prepare)

const USE = "import { slider, choice, toggle, button, live, plot, currentStream } from 'genbook';"

/** A bench where a person can move controls. */
class LiveBench extends Bench {
  /** Moves a control. @returns the pictures that it outdates */
  move(control: string, value: Json, settled = true): readonly StaleRegion[] {
    this.session.change({ type: 'change', controls: [{ control, value, settled }] })
    const answer = this.messages.at(-1)
    assert.ok(answer?.type === 'stale')
    return answer.regions
  }

  begin(region: string): { number: number; done: Promise<void> } {
    const run = ++this.lastRun
    return {
      number: run,
      done: this.session.recompute({ type: 'recompute', run, region, count: 1 }),
    }
  }

  async recompute(region: string): Promise<Ran> {
    const { number, done } = this.begin(region)
    await done
    const ran = this.result(number)
    const texts = ran.events.flatMap((event) =>
      'bundle' in event ? [event.bundle['text/plain'] as string] : [],
    )
    // Not a copy: its error fails the test where there is none.
    return Object.defineProperty(ran, 'texts', { value: texts })
  }

  /** Everything that is shown by now, by display id. */
  shown(): Map<string, Readonly<Record<string, Json>>> {
    const events = this.messages.flatMap((message) => (message.type === 'output' ? [message.event] : []))
    return new Map(events.flatMap((event) => ('bundle' in event ? [[event.id, event.bundle]] : [])))
  }

  controls(): ControlSpec[] {
    return [...this.shown().values()].flatMap(
      (bundle) => (bundle[CONTROLS_MIME] ?? []) as unknown as ControlSpec[],
    )
  }

  captions(): CaptionSpec[] {
    return [...this.shown().values()].flatMap(
      (bundle) => (bundle[CAPTION_MIME] as unknown as CaptionSpec) ?? [],
    )
  }
}

test('a live picture follows its slider in its own place, and its caption says what it shows', async () => {
  const bench = new LiveBench()
  const ran = await bench.run(`${USE}
    const gamma = slider('γ', 0, 8, { step: 0.5, value: 2 })
    live(() => gamma.value * 10)
    'after'`)
  assert.equal(ran.outcome.status, 'ok')
  assert.deepEqual(ran.texts, ['γ = 2', '20', 'γ = 2', "'after'"])
  assert.deepEqual(bench.controls(), [
    { kind: 'slider', id: 'cell/0', label: 'γ', from: 0, to: 8, step: 0.5, value: 2 },
  ])
  const [stale] = bench.move('cell/0', 3)
  assert.deepEqual(stale, { region: 'cell/live/0', cell: 'cell', count: 1 })
  const again = await bench.recompute('cell/live/0')
  assert.equal(again.outcome.status, 'ok')
  const ids = ran.events.flatMap((event) => (event.kind === 'display' ? [event.id] : []))
  assert.deepEqual(
    again.events.map((event) => [
      event.kind,
      'id' in event && event.id,
      'bundle' in event && event.bundle['text/plain'],
    ]),
    [
      ['update', ids[1], '30'],
      ['update', ids[2], 'γ = 3'],
    ],
  )
  const later = await bench.run('gamma.value', 'later')
  assert.equal(later.texts[0], '3')
  const variable = later.status.variables.find(({ name }) => name === 'gamma')
  assert.deepEqual([variable?.kind, variable?.summary], ['Input', 'γ = 3'])
  // What is stored is the last state; changes of one place are sent a moment apart.
  while (bench.controls()[0]?.value !== 3) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('values that a control cannot have change nothing, and a slider takes the nearest that it can', async () => {
  const bench = new LiveBench()
  await bench.run(`${USE}
    const x = slider('x', 0, 1, { step: 0.1 }); const s = choice('s', ['ddim', 'heun']); const t = toggle('t')
    live(() => [x.value, s.value, t.value])`)
  for (const [control, value] of [
    ['cell/0', 'a'],
    ['cell/0', NaN],
    ['cell/1', 'euler'],
    ['cell/2', 1],
    ['nobody/0', 1],
  ] as const)
    assert.deepEqual(bench.move(control, value), [], `${control}: ${value}`)
  bench.move('cell/0', 0.30000001)
  bench.move('cell/1', 'heun')
  bench.move('cell/2', true)
  assert.deepEqual((await bench.recompute('cell/live/0')).texts[0], "[0.3, 'heun', true]")
  bench.move('cell/0', 77)
  assert.deepEqual((await bench.recompute('cell/live/0')).texts[0], "[1, 'heun', true]")
  assert.deepEqual(bench.captions()[0]?.used, [
    ['x', '1'],
    ['s', 'heun'],
    ['t', 'on'],
  ])
})

test('a picture depends on what it read last, across cells, and on nothing else', async () => {
  const bench = new LiveBench()
  await bench.run(`${USE} const on = toggle('on'); const a = slider('a', 0, 1)`, 'one')
  await bench.run('live(() => on.value ? a.value : 0); live(() => 1)', 'two')
  assert.deepEqual(bench.move('one/1', 0.2), [])
  assert.deepEqual(
    bench.move('one/0', true).map(({ region, cell }) => [region, cell]),
    [['two/live/0', 'two']],
  )
  await bench.recompute('two/live/0')
  assert.deepEqual(bench.move('one/1', 0.4).length, 1)
  assert.match(bench.captions()[1]?.hint ?? '', /No control changes this picture/)
})

test('the same values give the same random numbers; a button gives others to every live picture of its cell', async () => {
  const bench = new LiveBench()
  await bench.run(`${USE} const a = slider('a', 0, 1); button('Draw again')
    live(async () => { await null; return [a.value, currentStream().next()] })`)
  const draw = async () => (await bench.recompute('cell/live/0')).texts[0]
  const [first] = [...bench.shown().values()]
    .map((bundle) => bundle['text/plain'])
    .filter((text) => typeof text === 'string' && text.startsWith('[0'))
  bench.move('cell/0', 0.5)
  assert.equal(await draw(), first)
  bench.move('cell/0', 1)
  assert.notEqual(await draw(), first)
  bench.move('cell/0', 0.5)
  assert.equal(await draw(), first)
  assert.equal(bench.move('cell/1', null).length, 1)
  const other = await draw()
  assert.notEqual(other, first)
  assert.equal(await draw(), other)
  assert.deepEqual(bench.captions()[0]?.used, [['a', '0.5']])
})

test('an error is said under the picture, which stays; what the picture depends on is not forgotten', async () => {
  const bench = new LiveBench()
  await bench.run(`${USE} const a = slider('a', 0, 2, { value: 0 }); const b = slider('b', 0, 1)
    live(() => { if (a.value === 1) throw new RangeError('too much'); return 'fine ' + b.value })`)
  bench.move('cell/0', 1)
  const failed = await bench.recompute('cell/live/0')
  assert.equal(failed.error.message, 'too much')
  assert.equal(failed.error.frames[0]?.line, 2)
  assert.ok([...bench.shown().values()].some((bundle) => bundle['text/plain'] === "'fine 0.5'"))
  assert.equal(bench.captions()[0]?.error, 'RangeError: too much')
  assert.equal(bench.move('cell/1', 0).length, 1)
  bench.move('cell/0', 2)
  assert.equal((await bench.recompute('cell/live/0')).texts[0], "'fine 0'")
  assert.equal(bench.captions()[0]?.error, undefined)
})

test('an error of the first time is the cell’s, whose controls work all the same', async () => {
  const bench = new LiveBench()
  const ran = await bench.run(
    `${USE} const a = slider('a', 0, 1, { value: 0 }); live(() => { if (!a.value) throw new Error('zero'); return a.value })`,
  )
  assert.equal(ran.error.message, 'zero')
  bench.move('cell/0', 1)
  assert.equal((await bench.recompute('cell/live/0')).texts[0], '1')
})

test('several things of one live picture keep their places; what is not shown this time goes', async () => {
  const bench = new LiveBench()
  await bench.run(`${USE} const n = slider('n', 0, 3, { step: 1, value: 2 })
    live(() => { for (let i = 0; i < n.value; i++) display(i * 10 + n.value); console.log('printed', n.value) })`)
  const shown = () => [...bench.shown().values()].slice(1).map((bundle) => bundle['text/plain'])
  assert.deepEqual(shown(), ['2', 'n = 2\nprinted 2', '12'])
  bench.move('cell/0', 3)
  await bench.recompute('cell/live/0')
  assert.deepEqual(shown(), ['3', 'n = 3\nprinted 3', '13', '23'])
  bench.move('cell/0', 1)
  await bench.recompute('cell/live/0')
  assert.deepEqual(shown(), ['1', 'n = 1\nprinted 1', '', ''])
})

test('stopping a computation keeps session, picture and dependence', async () => {
  const bench = new LiveBench()
  await bench.run(`${USE} const a = slider('a', 0, 1, { value: 0 }); let reached = 0
    live(async () => { if (a.value) { reached = 1; await new Promise(() => {}) }; return 'drawn' })`)
  bench.move('cell/0', 1)
  const run = bench.begin('cell/live/0')
  // The computation begins in a later turn, and then waits forever.
  await new Promise((resolve) => setTimeout(resolve))
  bench.session.interrupt(run.number)
  await run.done
  assert.equal(bench.result(run.number).outcome.status, 'interrupted')
  assert.deepEqual(bench.result(run.number).events, [])
  assert.equal((await bench.run('[reached, a.value]', 'later')).texts[0], '[1, 1]')
  assert.equal(bench.move('cell/0', 0).length, 1)
  assert.equal((await bench.recompute('cell/live/0')).texts[0], "'drawn'")
})

test('what only a computation can reach is kept for it', async () => {
  const bench = new LiveBench()
  await bench.run(`${USE} const a = slider('a', 0, 1)
    { const local = tf.ones([3]); live(() => local.mul(a.value).sum().arraySync()) }`)
  bench.move('cell/0', 1)
  assert.equal((await bench.recompute('cell/live/0')).texts[0], '3')
})

test('a computation frees the tensors that it makes', async () => {
  const bench = new LiveBench()
  const { status } = await bench.run(`${USE} const a = slider('a', 0, 1); const x = tf.ones([3])
    live(() => x.mul(a.value).sum().arraySync())`)
  const { tensors } = status.memory
  for (const value of [0, 1, 0.5]) {
    bench.move('cell/0', value)
    const again = await bench.recompute('cell/live/0')
    assert.equal(again.texts[0], String(3 * value))
    // Fewer where the garbage collector has found some of an earlier session meanwhile.
    assert.ok(again.status.memory.tensors <= tensors, `${again.status.memory.tensors} instead of ${tensors}`)
  }
})

test('a cell that runs again declares its controls anew', async () => {
  const bench = new LiveBench()
  const cell = `${USE} const a = slider('a', 0, 1, { value: 0.5 }); live(() => a.value)`
  await bench.run(cell)
  bench.move('cell/0', 1)
  const again = await bench.run(cell)
  assert.deepEqual(again.texts, ['a = 0.5', '0.5', 'a = 0.5'])
  await bench.run("'without'")
  assert.deepEqual(bench.move('cell/0', 0), [])
  assert.deepEqual((await bench.recompute('cell/live/0')).events, [])
})

test('controls that come one after another share an output; others between them part them', async () => {
  const bench = new LiveBench()
  const { texts } = await bench.run(`${USE} slider('a', 0, 1); toggle('b'); display(1); button('c')`)
  assert.deepEqual(texts, ['a = 0.5   b = off', '1', '[c]'])
})

test('what makes no sense is refused in words', async () => {
  const cases: [string, RegExp][] = [
    ["slider('a', 1, 0)", /must rise/],
    ["slider('a', 0, NaN)", /to must be a finite number/],
    ["slider('a', 0, 1, { step: 2 })", /step must be positive and at most 1/],
    ["slider('a', 0, 1, { value: 3 })", /3 lies outside of 0 to 1/],
    ["slider('', 0, 1)", /needs a label/],
    ["choice('s', [])", /must be a list of texts/],
    ["choice('s', ['a', 'a'])", /listed twice/],
    ["choice('s', ['a'], { value: 'b' })", /'b' is not among/],
    ["toggle('t', 1)", /true or false/],
    ['live(3)', /live takes a function/],
    ["live(() => slider('a', 0, 1))", /not inside of live/],
  ]
  for (const [code, expected] of cases)
    assert.match((await new Bench().run(`${USE} ${code}`)).error.message, expected, code)
})

test('a picture of the library keeps its place while its numbers are read', async () => {
  const bench = new LiveBench()
  await bench.run(`${USE} const n = slider('n', 1, 50, { step: 1, value: 10 })
    live(async () => plot.samples(tf.randomNormal([n.value, 2])))`)
  bench.move('cell/0', 20)
  const again = await bench.recompute('cell/live/0')
  const kinds = again.events.map((event: OutputEvent) => event.kind)
  assert.deepEqual(kinds, ['update', 'update'])
  assert.match(again.texts[0]!, /20 points/)
})

test('a pad gives what is drawn to live pictures and to the cell that waits', async () => {
  const bench = new LiveBench({ attended: true })
  await bench.run(`${USE} const drawn = plot.pad({ classes: ['a', 'b'], points: [[0, 1]], labels: [1] })
    live(() => [drawn.points.length, drawn.labels.join()])`)
  assert.deepEqual(bench.move('cell/0', { points: [[0, 'x']], labels: [0] }), [])
  assert.deepEqual(bench.move('cell/0', { points: [[0, 1]], labels: [2] }), [])
  assert.equal(
    bench.move(
      'cell/0',
      {
        points: [
          [0, 1],
          [2, 2],
        ],
        labels: [1, 0],
      },
      false,
    ).length,
    1,
  )
  assert.equal((await bench.recompute('cell/live/0')).texts[0], "[2, '1,0']")
  const waiting = bench.start('const points = await drawn.done(); points', 'later')
  // The cell waits once it has asked, which shows in the picture of the pad.
  const asks = () =>
    [...bench.shown().values()].some((bundle) => JSON.stringify(bundle).includes('"awaited":true'))
  while (!asks()) await new Promise((resolve) => setTimeout(resolve, 5))
  bench.move('cell/0', { points: [[5, 5]], labels: [0], done: true })
  await waiting.done
  assert.deepEqual(bench.result(waiting.number).texts, ['[[5, 5]]'])
})

test('where nobody can draw, a pad gives the points that it was given, or says what to do', async () => {
  const { texts } = await new LiveBench().run(
    `${USE} const d = plot.pad({ points: [[1, 2]] }); (await d.done()).length`,
  )
  assert.equal(texts.at(-1), '1')
  const { error } = await new LiveBench().run(`${USE} await plot.pad().done()`)
  assert.match(error.message, /nobody is here to draw. Give it points/)
  for (const [code, expected] of [
    ['plot.pad({ classes: [] })', /classes must be a list of names/],
    ['plot.pad({ points: [[0]] })', /points are pairs of numbers/],
    ['plot.pad({ points: [[0, 1]], labels: [3] })', /labels from 0 to 0/],
  ] as const)
    assert.match((await new LiveBench().run(`${USE} ${code}`)).error.message, expected, code)
})

/** A mask of four pixels, some of them marked, as the renderer tells it. */
const marked = (...bytes: number[]): string => Buffer.from(bytes).toString('base64')

test('a painter gives its picture to live pictures and to the cell that waits', async () => {
  const bench = new LiveBench({ attended: true })
  await bench.run(`${USE} import { painter } from 'genbook'
    const hidden = painter('Hidden', { paints: 'mask', shape: [2, 2, 3], over: tf.fill([2, 2, 3], 1) })
    live(() => [...hidden.value.dataSync(), hidden.value.shape.join()])`)
  const [spec] = bench.controls()
  assert.ok(spec?.kind === 'painter')
  assert.deepEqual(
    [spec.shape, spec.colours, spec.under],
    [[2, 2, 1], [], marked(...Array.from({ length: 12 }, () => 255))],
  )
  const wrongs: Json[] = [null, 1, {}, { pixels: 'x' }, { pixels: marked(0, 0, 0) }]
  for (const wrong of wrongs) assert.deepEqual(bench.move('cell/0', wrong), [], JSON.stringify(wrong))
  assert.deepEqual(bench.move('cell/0', { pixels: marked(0, 0, 0, 0) }), [], 'as it was')
  assert.equal(bench.move('cell/0', { pixels: marked(255, 0, 0, 255) }, false).length, 1)
  assert.equal((await bench.recompute('cell/live/0')).texts[0], "[1, 0, 0, 1, '2,2,1']")
  assert.deepEqual(bench.captions().at(-1)?.used, [['Hidden', '2 pixels painted']])
  const waiting = bench.start('const known = (await hidden.done()).dataSync(); [...known]', 'later')
  const asks = () => bench.controls().some((control) => control.kind === 'painter' && control.awaited)
  while (!asks()) await new Promise((resolve) => setTimeout(resolve, 5))
  bench.move('cell/0', { pixels: marked(0, 255, 0, 0), done: true })
  await waiting.done
  assert.deepEqual(bench.result(waiting.number).texts, ['[0, 1, 0, 0]'])
})

test('a cell that waits for a painter can be stopped, and the painting stays', async () => {
  const bench = new LiveBench({ attended: true })
  await bench.run(`${USE} import { painter } from 'genbook'
    const sketch = painter('Sketch', { shape: [2, 2, 1], range: [0, 1] })`)
  bench.move('cell/0', { pixels: marked(0, 51, 0, 255) })
  const waiting = bench.start('await sketch.done()', 'later')
  while (!bench.controls().some((control) => control.kind === 'painter' && control.awaited))
    await new Promise((resolve) => setTimeout(resolve, 5))
  bench.session.interrupt(waiting.number)
  await waiting.done
  assert.equal(bench.result(waiting.number).outcome.status, 'interrupted')
  assert.equal((await bench.run('[...sketch.value.mul(5).dataSync()]', 'after')).texts[0], '[0, 1, 0, 5]')
})

test('where nobody can paint, a painter gives what it was given, or says what to do', async () => {
  const use = `${USE} import { painter } from 'genbook';`
  const { texts } = await new LiveBench().run(`${use}
    const text = painter('a', { shape: [2, 2, 1], range: [0, 1], value: '${marked(0, 51, 102, 255)}' })
    const sketch = painter('b', { range: [0, 1], over: tf.tensor([0, 0.2, 1], [1, 1, 3]) })
    const mask = painter('c', { paints: 'mask', shape: [1, 2, 1], value: tf.tensor([0, 1], [1, 2, 1]) });
    [...(await text.done()).mul(5).dataSync(), ...sketch.value.mul(5).dataSync(), ...(await mask.done()).dataSync()]`)
  assert.equal(texts.at(-1), '[0, 1, 2, 5, 0, 1, 5, 0, 1]')
  for (const [code, expected] of [
    [`await painter('Sketch').done()`, /painter\('Sketch'\): nobody is here to paint. Give it a value/],
    [`painter('')`, /needs a label/],
    [`painter('x', { paints: 'oil' })`, /paints must be 'strokes' or 'mask', not 'oil'/],
    [`painter('x', { shape: [16, 16, 2] })`, /1 or 3 channels; not \[16, 16, 2\]/],
    [`painter('x', { shape: [16, 1000, 1] })`, /at most 128 pixels/],
    [
      `painter('x', { shape: [2, 2, 1], over: tf.zeros([3, 3, 1]) })`,
      /over has the shape \[3, 3, 1\], but the picture is \[2, 2, 1\]/,
    ],
    [`painter('x', { range: [1, 1] })`, /range must be an interval/],
    [
      `painter('x', { value: 'nonsense' })`,
      /value must be a tensor of 256 numbers, or the text that Copy gives/,
    ],
  ] as const)
    assert.match((await new LiveBench().run(`${use} ${code}`)).error.message, expected, code)
})
