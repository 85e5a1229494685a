import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowed } from '../../../src/kernel/grading/compare'
import { dataOf } from '../../../src/kernel/grading/collect'
import type { Data } from '../../../src/kernel/grading/data'
import { dataJudge } from '../../../src/kernel/grading/dataJudges'
import { judge } from '../../../src/kernel/grading/judge'
import {
  atLeast,
  below,
  between,
  closeTo,
  distanceBelow,
  exactly,
  integratesToOne,
  invertibleTo,
  nfeAtMost,
  sameLaw,
  satisfies,
  type Judge,
  type Tolerance,
} from '../../../src/kernel/grading/judges'
import { RandomStream } from '../../../src/tensor'

async function verdict(expected: unknown, returned: unknown, within?: Tolerance) {
  const predicates: ((x: never) => unknown)[] = []
  const wanted = await dataJudge(expected as Judge, within, (predicate) => predicates.push(predicate) - 1)
  const data = await dataOf(returned, 'the data')
  return judge(wanted, data, async (index, value: Data) => Boolean(await predicates[index]!(value as never)))
}

async function passes(expected: unknown, returned: unknown, within?: Tolerance): Promise<void> {
  const { passed, reason } = await verdict(expected, returned, within)
  assert.equal(passed, true, reason)
}

async function fails(
  expected: unknown,
  returned: unknown,
  reason: RegExp,
  within?: Tolerance,
): Promise<void> {
  const found = await verdict(expected, returned, within)
  assert.equal(found.passed, false, `should fail: ${reason}`)
  assert.match(found.reason ?? '', reason)
}

test('numbers are compared within a tolerance, and nothing else is', async () => {
  await passes(1, 1 + 5e-6)
  await fails(1, 1.001, /1 \(± 0.000011\) expected, and 1.001 came back/)
  await passes([1, 2, 3], new Float32Array([1, 2, 3]))
  await fails([1, 2, 3], [1, 2], /shape \[3\] expected, and numbers of shape \[2\]/)
  await fails([[1, 2]], [[1], [2]], /shape \[1, 2\] expected, and numbers of shape \[2, 1\]/)
  await fails([1, 2, 3], [1, 9, 3], /element \[1\]: 2 .* expected, and 9/)
  await fails(1, NaN, /NaN came back/)
  await fails(1, Infinity, /Infinity came back/)
  await passes(NaN, NaN)
  await passes(-Infinity, -Infinity)
  await fails(Infinity, -Infinity, /-Infinity came back/)
  await fails(1, '1', /a number expected, and "1" came back/)
  await fails('yes', 'no', /"yes" expected, and "no"/)
  await fails(null, undefined, /null expected, and undefined/)
  await passes({ a: [1, { b: 'x' }] }, { a: [1 + 1e-9, { b: 'x' }] })
  await fails({ a: 1 }, { a: 1, b: 2 }, /"b" was not expected/)
  await fails({ a: 1, b: 2 }, { a: 1 }, /"b" is missing/)
  await fails({ __proto__: null, a: 1 }, JSON.parse('{"__proto__": 1}'), /"a" is missing/)
})

test('a small element of a large array may be as wrong as the array is large', async () => {
  await passes([1000, 0], [1000, 0.005])
  await fails([1000, 0], [1000, 0.05], /element \[1\]/)
})

test('tolerances are what was asked for, and grow with the root of the reduction', async () => {
  await fails(100, 100.5, /expected/, { absolute: 0.4 })
  await passes(100, 100.5, { absolute: 0.6 })
  await passes(100, 100.5, { relative: 0.01 })
  await passes(closeTo(100, { relative: 0.01 }), 100.5, { relative: 0 })
  await fails(exactly(0.3), 0.1 + 0.2, /0.3 expected/)
  await passes(exactly([1, 'a', null]), [1, 'a', null])
  assert.equal(allowed({}).relative, 1e-5)
  const ratio = allowed({ reduction: 4e6 }).relative / allowed({ reduction: 1e6 }).relative
  assert.equal(ratio, 2)
})

test('limits hold for each number', async () => {
  await passes(below(1), [0.5, 0.9])
  await fails(below(1), [0.5, 1], /below 1 expected, and 1 came back/)
  await fails(below(1), NaN, /NaN/)
  await passes(atLeast(1), 1)
  await fails(atLeast(1), [2, 0], /at least 1 expected, and 0/)
  await passes(between(0, 1), [0, 1])
  await fails(between(0, 1), 'half', /between 0 and 1 expected, and "half"/)
  await fails(below(1), [], /came back/)
})

test('network evaluations are counted, and averaged over samples', async () => {
  await passes(nfeAtMost(10), 10)
  await passes(nfeAtMost(10), [8, 12])
  await fails(nfeAtMost(10), [8, 13], /at most 10 network evaluations expected, and there were 10.5/)
  await fails(nfeAtMost(10), -1, /a number of network evaluations/)
  await fails(nfeAtMost(10), 0.5, /a number of network evaluations/)
})

test('a round trip is as good as its worst number', async () => {
  await passes(invertibleTo(1e-5), { x: [1, 2], roundTrip: [1, 2.000001] })
  await fails(invertibleTo(1e-5), { x: [1, 2], roundTrip: [1, 2.1] }, /misses x by 0.1/)
  await fails(invertibleTo(1e-5), { x: [1, 2], roundTrip: [1, NaN] }, /Infinity/)
  await fails(invertibleTo(1e-5), { x: [1, 2], roundTrip: [1] }, /shape/)
  await fails(invertibleTo(1e-5), { x: [1, 2] }, /x and roundTrip expected/)
})

test('a density integrates to one on its grid, or not', async () => {
  const step = 0.05
  const logDensity = Array.from({ length: 241 }, (_, i) => {
    const x = -6 + step * i
    return -(x ** 2) / 2 - Math.log(2 * Math.PI) / 2
  })
  await passes(integratesToOne({ cell: step }), logDensity)
  await passes(integratesToOne(), { logDensity, cell: step })
  await fails(
    integratesToOne({ cell: step }),
    logDensity.map((log) => log + 0.1),
    /integrates to 1.105/,
  )
  await fails(integratesToOne(), logDensity, /log-densities on a grid expected/)
})

test('laws are told apart, and equal ones are not', async () => {
  const normal = (name: string) => {
    const x = new RandomStream(1, name).normal(1024)
    return Array.from({ length: 512 }, (_, i) => [x[2 * i]!, x[2 * i + 1]!])
  }
  const scaled = normal('c').map(([x, y]) => [1.6 * x!, 1.6 * y!])
  await passes(sameLaw(normal('a')), normal('b'))
  await passes(
    sameLaw((n) => normal('a').slice(0, n)),
    normal('b'),
  )
  await fails(sameLaw(normal('a')), scaled, /another law/)
  await fails(
    sameLaw(normal('a')),
    normal('b').map(([x]) => x),
    /samples of 2 numbers expected, and of 1/,
  )
  await fails(
    sameLaw(normal('a')),
    [
      [NaN, 1],
      [1, 1],
    ],
    /not finite/,
  )
  await fails(sameLaw(normal('a')), 'samples', /must be samples/)
  await passes(distanceBelow(normal('a'), 0.1), normal('b'))
  await fails(
    distanceBelow(normal('a'), 0.1),
    scaled.map(([x, y]) => [x! + 1, y!]),
    /must be below 0.1/,
  )
})

test("predicates are the instructor's own", async () => {
  const simplex = satisfies((p: number[]) => Math.abs(p.reduce((a, b) => a + b) - 1) < 1e-9, 'probabilities')
  await passes(
    satisfies((x: number) => x > 0, 'a positive number'),
    1,
  )
  await fails(
    satisfies((x: number) => x > 0, 'a positive number'),
    -1,
    /a positive number expected, and -1 came back/,
  )
  assert.equal(simplex.judge, 'satisfies')
})

test('what makes no sense is refused when it is written', () => {
  assert.throws(() => below(NaN), /finite/)
  assert.throws(() => between(2, 1), /not below/)
  assert.throws(() => closeTo(1, { relative: -1 }), /negative/)
  assert.throws(() => sameLaw([1, 2], { level: 2 }), /between 0 and 1/)
  assert.throws(() => satisfies(() => true, ' '), /words/)
})
