import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Bench, leftBehind, plainTexts, prepare } from './harness'

before(prepare)

test('the last expression is shown, awaited; undefined and handles are not', async () => {
  const bench = new Bench()
  assert.deepEqual((await bench.run('1 + 1')).texts, ['2'])
  assert.deepEqual((await bench.run('const a = 3; a * 2;')).texts, ['6'])
  assert.deepEqual((await bench.run('Promise.resolve({ b: 1 })')).texts, ['{ b: 1 }'])
  assert.deepEqual((await bench.run('undefined')).texts, [])
  assert.deepEqual((await bench.run("display('once')")).texts, ["'once'"])
  assert.deepEqual((await bench.run('const quiet = 1')).texts, [])
})

test('variables persist, and the status lists them by kind', async () => {
  const bench = new Bench()
  await bench.run('const x = tf.ones([4, 2]); let n = 3; function f() { return n }; class C {}')
  const { status } = await bench.run('n = f() + 1; import { vp } from "genbook"')
  assert.deepEqual(
    status.variables.map(({ name, kind, summary }) => [name, kind, summary]),
    [
      ['x', 'tensor', 'Tensor float32 [4, 2]'],
      ['n', 'number', '4'],
      ['f', 'function', 'function f'],
      ['C', 'class', 'class C'],
    ],
  )
  assert.equal(status.memory.tensors >= 1, true)
})

test('output arrives in the order of the code', async () => {
  const { texts } = await new Bench().run(`
    console.log('a'); display(1); console.log('b'); console.error('c')
    display(tf.tensor1d([1, 2])); console.log('d'); 'end'`)
  assert.deepEqual(
    texts.map((text) => text.split('\n')[0]),
    ['a', '1', 'b', 'c', 'Tensor float32 [2]', 'd', "'end'"],
  )
})

test('a handle changes what is shown, from a later cell too', async () => {
  const bench = new Bench()
  const first = await bench.run("const handle = display('old')")
  const second = await bench.run('handle.update(42)', 'other')
  const [shown] = first.events
  assert.equal(shown?.kind, 'display')
  assert.deepEqual(second.events, [
    { kind: 'update', id: 'id' in shown ? shown.id : '', bundle: { 'text/plain': '42' } },
  ])
})

test('display has a method for each kind, and refuses what it cannot show', async () => {
  const bench = new Bench()
  const { events } = await bench.run(`
    display.markdown('$x^2$')
    display.html('<b>bold</b>')
    display.table([{ a: 1 }])
    display.json({ deep: [1] })
    display.plotly({ data: [], layout: {} })
    display.image(tf.zeros([2, 2]))`)
  // A picture that takes long to read from its device stands as text meanwhile: what counts is what is there in the end.
  const shown = new Map(
    events.flatMap((event) => ('bundle' in event ? [[event.id, event.bundle] as const] : [])),
  )
  assert.deepEqual(
    [...shown.values()].map((bundle) => Object.keys(bundle)[0]),
    [
      'text/markdown',
      'text/html',
      'text/html',
      'application/json',
      'application/vnd.plotly.v1+json',
      'image/png',
    ],
  )
  assert.match((await bench.run('display.image(3)')).error.message, /display\.image shows the bytes of a PNG/)
  assert.match((await bench.run('display.table(3)')).error.message, /array of records/)
  const deep = await bench.run(
    'let deep = {}; for (let i = 0; i < 1e4; i++) deep = { deep }\ndisplay.json(deep)',
  )
  assert.equal(deep.error.frames[0]?.line, 2)
  for (const given of ['5', '{ nonsense: 1 }', "{ 'text/plain': 5n }", "{ 'text/html': () => 1 }"]) {
    const { error } = await bench.run(`display.bundle(${given} as any)`)
    assert.match(error.message, /^(?:display\.bundle shows|The text\/)/)
    assert.equal(error.frames[0]?.column, 9)
  }
})

test('an error names its line and column in every cell on the stack', async () => {
  const bench = new Bench()
  await bench.run('function f(): number {\n  return missing.x\n}', 'first')
  const { error } = await bench.run('const a: number = 1\nconst b = a + f()', 'second')
  assert.equal(error.name, 'ReferenceError')
  assert.equal(error.message, 'missing is not defined')
  assert.deepEqual(
    error.frames.map(({ cell, count, function: name, line, column }) => [cell, count, name, line, column]),
    [
      ['first', 1, 'f', 2, 10],
      ['second', 2, '', 2, 15],
    ],
  )
  assert.match(error.excerpt, /> 2 \| {3}return missing\.x\n {4}\| {10}\^/)
})

test('errors thrown in the library, and after awaiting, point into the cell', async () => {
  const bench = new Bench()
  const shape = await bench.run('const a = tf.ones([2, 3])\n\na.matMul(tf.ones([2, 3]))')
  assert.deepEqual([shape.error.frames[0]?.line, shape.error.frames[0]?.column], [3, 3])
  assert.match(shape.error.message, /2,3/)
  const later = await bench.run(
    'async function g() {\n  await null\n  throw new TypeError("late")\n}\nawait g()',
  )
  assert.deepEqual(
    later.error.frames.map(({ function: name, line }) => [name, line]),
    [
      ['g', 3],
      ['', 5],
    ],
  )
})

test('a failing cell keeps earlier state and shows what it had shown', async () => {
  const bench = new Bench()
  await bench.run('let kept = 1')
  const failed = await bench.run("kept = 2; console.log('before'); throw new Error('no')")
  assert.deepEqual(failed.texts, ['before\n'])
  assert.deepEqual((await bench.run('kept')).texts, ['2'])
})

test('an import of what is not bundled lists what is, and a missing export is named', async () => {
  const bench = new Bench()
  const { error } = await bench.run("import _ from 'lodash'")
  assert.match(
    error.message,
    /'lodash' cannot be imported\..*'genbook', .*'@tensorflow\/tfjs', 'plotly\.js-dist'/,
  )
  assert.match((await bench.run("import 'genbok'")).error.message, /Did you mean 'genbook'\?/)
  assert.match(
    (await bench.run("import { mpl } from 'genbook'")).error.message,
    /no export 'mpl'. Did you mean 'mlp'\?/,
  )
  const dynamic = await bench.run("const { vp } = await import('genbook/models'); typeof vp")
  assert.deepEqual(dynamic.texts, ["'function'"])
})

test('random numbers depend on seed and cell only, whatever the order and however often it is run', async () => {
  const cells = { a: 'Math.random()', b: 'tf.randomNormal([2]).arraySync()', c: 'await null; Math.random()' }
  const all = async (bench: Bench, order: (keyof typeof cells)[]) => {
    const results: Record<string, string[]> = {}
    for (const id of order) (results[id] ??= []).push(...(await bench.run(cells[id], id)).texts)
    return results
  }
  const forward = await all(new Bench(), ['a', 'b', 'c'])
  const backward = await all(new Bench(), ['c', 'b', 'a', 'a', 'c'])
  assert.deepEqual(backward, {
    a: [...forward.a!, ...forward.a!],
    b: forward.b,
    c: [...forward.c!, ...forward.c!],
  })
  assert.notDeepEqual(forward.a, forward.c)
  assert.notDeepEqual((await all(new Bench({ seed: 2 }), ['a'])).a, forward.a)
})

test('a thousand runs of a cell that makes tensors leave as many as the first', async () => {
  const bench = new Bench()
  const cell =
    'const x = tf.randomNormal([8, 8]); const y = x.matMul(x).add(1); let sum = y.sum().arraySync()'
  const first = (await bench.run(cell)).status.memory
  for (let i = 0; i < 998; i++) await bench.run(cell)
  const last = (await bench.run(cell)).status.memory
  assert.deepEqual(last, first)
})

test('two sessions share nothing', async () => {
  const [a, b] = [new Bench(), new Bench()]
  await a.run('const own = 1')
  assert.equal((await b.run('own')).error.message, 'own is not defined')
  await b.run('const own = 2')
  assert.deepEqual((await a.run('own')).texts, ['1'])
})

test('a callback that throws while its cell runs fails the cell at once', async () => {
  const { error } = await new Bench().run(
    "await new Promise(() => {\n  setTimeout(() => {\n    throw new Error('in timer')\n  }, 1)\n})",
  )
  assert.equal(error.message, 'in timer')
  assert.equal(error.frames[0]?.line, 3)
})

test('a callback that throws later is reported as its cell’s', async () => {
  const bench = new Bench()
  const cells = leftBehind("throw new Error('later')")
  const { outcome } = await bench.run(cells.leave, 'timer')
  assert.equal(outcome.status, 'ok')
  await bench.run(cells.await, 'other')
  const late = bench.messages.filter((message) => message.type === 'lateError')
  assert.deepEqual(
    late.map(({ cell, error }) => [cell, error.message, error.frames[0]?.cell]),
    [['timer', 'later', 'timer']],
  )
})

test('what a callback shows later belongs to its run', async () => {
  const bench = new Bench()
  const cells = leftBehind("console.log('tick', Math.random())")
  const run = bench.start(cells.leave, 'timer')
  await run.done
  const other = bench.start(`const before = Math.random()\n${cells.await}\n;[before, Math.random()]`)
  await other.done
  const shown = () => bench.result(run.number).texts.join('')
  // What comes late is sent in groups.
  while (!shown().includes('tick')) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.match(shown(), /^tick 0\.\d+\n$/)
  // The callback in between does not disturb the running cell's random numbers.
  const alone = await new Bench().run('const before = Math.random(); [before, Math.random()]')
  assert.deepEqual(bench.result(other.number).texts, alone.texts)
})

test('a floating picture that fails fails its cell', async () => {
  const bench = new Bench()
  const { outcome, texts } = await bench.run(
    "import { plot } from 'genbook'\nawait plot.samples({ a: tf.ones([3, 3]) })",
  )
  assert.equal(outcome.status, 'error')
  assert.equal(outcome.error.frames[0]?.line, 2)
  assert.match(texts.join(), /Could not be shown/)
})

test('a picture is shown over its nearest neighbour', async () => {
  const { events, outcome } = await new Bench().run(`
    import { plot } from 'genbook'
    const others = tf.tensor([0, 0, 1, 1, 3, 4], [3, 1, 2, 1])
    await plot.images(tf.tensor([1, 2, 0, 0], [2, 1, 2, 1]), { nearest: others })`)
  assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
  const bundle = events.flatMap((event) => ('bundle' in event ? [event.bundle] : [])).at(-1)!
  const { data } = bundle['application/vnd.plotly.v1+json'] as { data: { customdata?: string[] }[] }
  // (1, 2) is one away from (1, 1); (0, 0) is there itself.
  assert.deepEqual(data[1]!.customdata, [
    'pictures, number 0<br>nearest: 1 away',
    'pictures, number 1<br>nearest: 0 away',
  ])
})

test('training draws its loss, stoppable and repeatable', async () => {
  const cell = `
    import { data, vp, mlp, denoiser, train, plot, sample, ddim } from 'genbook'
    const moons = data.moons({ noise: 0.05 })
    const model = denoiser(vp(), mlp({ dim: 2, hidden: [16] }))
    const run = await train(model, moons, { steps: 20, batch: 32 })
    plot.loss(run)
    plot.samples({ data: moons, model: await sample(ddim(model, { steps: 3 }), 32) })
    plot.scoreField(model, { t: 0.1, grid: 5 })
    plot.schedule(model.process)
    run.loss`
  const first = await new Bench().run(cell)
  assert.equal(first.outcome.status, 'ok', JSON.stringify(first.outcome))
  const figures = first.events.filter(
    (event) => 'bundle' in event && 'application/vnd.plotly.v1+json' in event.bundle,
  )
  assert.equal(new Set(figures.map((event) => ('id' in event ? event.id : ''))).size, 5)
  const texts = plainTexts(first.events)
  assert.match(texts[0]!, /step/)
  assert.equal((await new Bench().run(cell)).texts.at(-1), texts.at(-1))
})

test('the engine’s messages are in the words of the cell', async () => {
  const bench = new Bench()
  await bench.run('const f = 1; const x = { y: undefined as any }')
  const messages: string[] = []
  for (const cell of ['f()', 'x.y()', 'new f()', 'x.y.z', 'const [a] = f', 'for (const b of f) b']) {
    const { outcome } = await bench.run(cell)
    assert.ok(outcome.status === 'error', cell)
    messages.push(outcome.error.message)
  }
  assert.deepEqual(messages.slice(0, 3), [
    'f is not a function',
    'x.y is not a function',
    'f is not a constructor',
  ])
  for (const message of messages) assert.doesNotMatch(message, /\$|\bvalue\b/)
})

test('what makes no sense to the runtime’s functions is refused in words', async () => {
  const bench = new Bench()
  await bench.run(`
    import { data, vp, mlp, denoiser, train, sample, ddim, ancestral, plot } from 'genbook'
    const model = denoiser(vp(), mlp({ dim: 2, hidden: [4] })); const none = undefined as any`)
  const cases: [string, RegExp][] = [
    ['train(none, data.moons(), { steps: 1 })', /^train: the first argument/],
    ['train(model, none, { steps: 1 })', /^train: the second argument/],
    ['train(model, data.moons(), none)', /^train: the third argument/],
    ['sample(model, 4)', /^sample: the first argument/],
    ['ddim(none)', /^ddim: the first argument/],
    ['ancestral(none)', /^ancestral: the first argument/],
    ['mlp({ dim: 2, hidden: 3 })', /^mlp: hidden/],
    ['plot.loss(none)', /^plot\.loss draws/],
    ['plot.samples(none)', /^plot\.samples draws/],
    ['plot.samples(5)', /^plot\.samples draws/],
    ['plot.images(5)', /^plot\.images draws/],
    [
      'plot.images(tf.zeros([1, 2, 2]), { nearest: tf.zeros([3, 2]) })',
      /^plot\.images: nearest must be pictures/,
    ],
    ['plot.images(data.digits(), { count: 0 })', /^plot\.images: count must be/],
    ['plot.scoreField(none)', /^plot\.scoreField draws/],
    ['plot.scoreField(model, { t: 0.5, range: 3 })', /range must be/],
    ['plot.scoreField(() => 5)', /must return a tensor/],
    ['plot.schedule(none)', /^plot\.schedule draws/],
    ['plot.schedule(vp(), { points: 1 })', /points must be/],
  ]
  for (const [cell, message] of cases) {
    const { error } = await bench.run(`await (${cell} as any)`)
    assert.match(error.message, message)
    assert.equal(error.frames[0]?.line, 1, cell)
  }
})

test('a value that cannot be asked for anything is shown all the same', async () => {
  const bench = new Bench()
  const { outcome, texts } = await bench.run(
    "new Proxy({}, { get() { throw new Error('get') }, getPrototypeOf() { throw new Error('prototype') } })",
  )
  assert.deepEqual(outcome, { status: 'ok' })
  assert.equal(texts.length, 1)
  const gone = await bench.run('const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); proxy')
  assert.deepEqual(gone.outcome, { status: 'ok' })
  assert.doesNotMatch(gone.texts.join(), /could not be freed/)
})

test('a cell that breaks the kernel’s own ground ends with an error, and others still run', async () => {
  const bench = new Bench()
  const now = performance.now.bind(performance)
  const broken = bench.start('performance.now = null as never')
  await broken.done
  performance.now = now
  const finished = bench.messages.find((message) => message.type === 'finished')
  assert.ok(finished?.outcome.status === 'error')
  assert.match(finished.outcome.error.message, /should be restarted: TypeError/)
  assert.deepEqual((await bench.run('1 + 1')).texts, ['2'])
})
