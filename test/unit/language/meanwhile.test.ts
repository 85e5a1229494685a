/** What becomes of questions and answers when the notebook changes under way, or nobody wants them any more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../property'
import type { LanguageRequest } from '../../../src/kernel/language/protocol'
import { remap } from '../../../src/kernel/language/remap'
import { settled, Workers } from './workers'

type Sent<M extends LanguageRequest['method']> = Extract<LanguageRequest, { method: M }>['params']

/** A client whose worker has the declarations, and a notebook of cells `a`, `b` and so on. */
async function open(...sources: string[]) {
  const workers = new Workers()
  const { client } = workers
  const update = (...texts: string[]) =>
    client.update(
      'n',
      texts.map((source, index) => ({ id: String.fromCharCode(97 + index), source })),
    )
  update(...sources)
  const first = client.hover({ notebook: 'n', cell: 'a', offset: 0 })
  await settled()
  workers.answer(null)
  workers.answer(null)
  await first
  return { workers, client, update }
}

const at = (cell: string, offset = 0) => ({ notebook: 'n', cell, offset })

test('only texts that changed are sent, and nothing where nothing did', async () => {
  const { workers, client, update } = await open('1', '2', '3')
  const cells = () => (workers.newest.requests.at(-1)!.params as Sent<'hover'>).cells
  assert.deepEqual(cells(), [
    { id: 'a', source: '1' },
    { id: 'b', source: '2' },
    { id: 'c', source: '3' },
  ])
  for (const [texts, sent] of [
    [['1', '2', '3'], undefined],
    [
      ['1', 'two', '3'],
      [{ id: 'a' }, { id: 'b', source: 'two' }, { id: 'c' }],
    ],
    [
      ['1', 'two'],
      [{ id: 'a' }, { id: 'b' }],
    ],
  ] as const) {
    update(...texts)
    const hover = client.hover(at('a'))
    await settled()
    assert.deepEqual(cells(), sent)
    workers.answer(null)
    await hover
  }
  client.update('n', [
    { id: 'b', source: 'two' },
    { id: 'a', source: '1' },
  ])
  const moved = client.hover(at('a'))
  await settled()
  assert.deepEqual(cells(), [{ id: 'b' }, { id: 'a' }])
  workers.answer(null)
  await moved
})

test('a worker that starts anew, or that failed at a request, is told everything', async () => {
  const { workers, client } = await open('1')
  const full = [{ id: 'a', source: '1' }]
  const refused = client.hover(at('a'))
  await settled()
  const { request } = workers.newest.requests.at(-1)!
  workers.newest.events.onMessage({ request, ok: false, reason: 'a defect' })
  await assert.rejects(refused, /a defect/)
  const next = client.hover(at('a'))
  await settled()
  assert.deepEqual((workers.newest.requests.at(-1)!.params as Sent<'hover'>).cells, full)
  workers.newest.events.onFailure('out of memory')
  await assert.rejects(next, /out of memory/)
  const last = client.hover(at('a'))
  await settled()
  workers.answer(null)
  assert.deepEqual((workers.newest.requests.at(-1)!.params as Sent<'hover'>).cells, full)
  workers.answer(null)
  assert.equal(await last, null)
})

test('what is asked about a text that is gone by then is not asked', async () => {
  const { workers, client, update } = await open('1', '2')
  const running = client.hover(at('b'))
  const waiting = client.hover(at('a'))
  const deleted = client.hover(at('b', 1))
  await settled()
  update('one')
  workers.answer(null)
  const posted = workers.newest.requests.length
  assert.deepEqual([await running, await waiting, await deleted], [null, undefined, undefined])
  assert.equal(workers.newest.requests.length, posted)
  assert.equal(await client.hover({ notebook: 'other', cell: 'a', offset: 0 }), undefined)
})

test('an answer about a text that changed meanwhile is none', async () => {
  const { workers, client, update } = await open('abc', '2')
  const hover = client.hover(at('a'))
  await settled()
  update('abcd', '2')
  workers.answer({ start: 0, end: 3, code: 'x', documentation: '' })
  assert.equal(await hover, undefined)
})

test('an answer about another cell than the edited one stands', async () => {
  const { workers, client, update } = await open('abc', '2')
  const hover = client.hover(at('a'))
  await settled()
  update('abc', '23')
  const answer = { start: 0, end: 3, code: 'x', documentation: '' }
  workers.answer(answer)
  assert.deepEqual(await hover, answer)
})

test('places in edited cells move with their text, or are left out', async () => {
  const { workers, client, update } = await open('x', 'const x = 1\nconst y = 2')
  const answer = {
    origin: { start: 0, end: 1 },
    places: [
      { cell: 'b', start: 6, end: 7 },
      { cell: 'b', start: 18, end: 19 },
    ],
  }
  const after = async (...texts: string[]) => {
    update('x', 'const x = 1\nconst y = 2')
    const found = client.definitions(at('a'))
    await settled()
    update(...texts)
    workers.answer(answer)
    return (await found)!.places
  }
  assert.deepEqual(await after('x', 'const x = 1\nconst y = 2'), answer.places)
  assert.deepEqual(await after('x', 'const x = 1000\nconst y = 2'), [
    { cell: 'b', start: 6, end: 7 },
    { cell: 'b', start: 21, end: 22 },
  ])
  assert.deepEqual(await after('x', 'const changed = 1\nconst y = 2'), [{ cell: 'b', start: 24, end: 25 }])
  assert.deepEqual(await after('x'), [])
})

test('a rename that a key press overtook is refused', async () => {
  const { workers, client, update } = await open('x', 'x')
  const renamed = client.rename(at('a'), 'y')
  await settled()
  update('x', 'x + x')
  workers.answer({ ok: true, edits: [{ cell: 'a', start: 0, end: 1, text: 'y' }] })
  const result = await renamed
  assert.ok(result && !result.ok)
  assert.match(result.reason, /edited.*Rename once more/)
})

test('fixes of other cells than the edited ones are left', async () => {
  const { workers, client, update } = await open('x', 'y')
  const fix = (cell: string) => ({
    title: cell,
    edits: [{ cell, start: 0, end: 1, text: 'z' }],
    preferred: false,
    code: 1,
  })
  const fixes = client.fixes({ notebook: 'n', cell: 'a', start: 0, end: 1 })
  await settled()
  update('x', 'yy')
  workers.answer([fix('a'), fix('b')])
  assert.deepEqual(await fixes, [fix('a')])
})

test('what is cancelled while it waits is never asked; what runs is not waited for', async () => {
  const { workers, client } = await open('x')
  const [first, second] = [new AbortController(), new AbortController()]
  const running = client.hover(at('a'), first.signal)
  const waiting = client.hover(at('a', 1), second.signal)
  await settled()
  second.abort()
  assert.equal(await waiting, undefined)
  first.abort()
  assert.equal(await running, undefined)
  const posted = workers.newest.requests.length
  const next = client.hover(at('a'))
  await settled()
  assert.equal(workers.newest.requests.length, posted)
  workers.answer(null)
  await settled()
  assert.equal(workers.newest.requests.length, posted + 1)
  workers.answer({ start: 0, end: 1, code: 'next', documentation: '' })
  assert.equal((await next)?.code, 'next')
  assert.equal(await client.hover(at('a'), first.signal), undefined)
})

test('whatever a person waits for comes between the checks of two cells', async () => {
  const { workers, client } = await open('1', '2', '3')
  const found: string[] = []
  const checks = client.diagnoseEach('n', (cell) => found.push(cell), { first: ['c'] })
  await settled()
  const tokens = client.semanticTokens({ notebook: 'n', cell: 'a' })
  const completions = client.completions(at('a'))
  await settled()
  const order = () => workers.newest.requests.slice(2).map(({ method }) => method)
  for (const answer of [[], null, [], [], []]) {
    workers.answer(answer)
    await settled()
  }
  await Promise.all([checks, tokens, completions])
  assert.deepEqual(order(), ['diagnose', 'completions', 'semanticTokens', 'diagnose', 'diagnose'])
  assert.deepEqual(found, ['c', 'a', 'b'])
})

test('checks pass over cells that were edited meanwhile, and end when they are cancelled', async () => {
  const { workers, client, update } = await open('1', '2', '3')
  const found: string[] = []
  const stop = new AbortController()
  const checks = client.diagnoseEach('n', (cell) => found.push(cell), { signal: stop.signal })
  await settled()
  update('one', '2', '3')
  workers.answer([])
  await settled()
  workers.answer([])
  await settled()
  stop.abort()
  await checks
  assert.deepEqual(found, ['b'])
})

test('a place that is moved with an edit still has its text', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '😀'), maxLength: 12 })
  fc.assert(
    fc.property(text, text, text, text, fc.nat(), fc.nat(), (head, old, put, tail, from, length) => {
      const [before, after] = [head + old + tail, head + put + tail]
      const start = from % (before.length + 1)
      const end = Math.min(start + (length % 5), before.length)
      const moved = remap({ start, end }, before, after)
      if (moved) assert.equal(after.slice(moved.start, moved.end), before.slice(start, end))
      else assert.notEqual(before, after)
    }),
    { seed: 1, numRuns: 2000 },
  )
})
