import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ddim,
  ddpm,
  edm,
  endTime,
  grids,
  ncsn,
  rectified,
  timeAt,
  timesOf,
  ve,
  vp,
} from '../../../src/models'
import { approximately } from '../approximately'
import { doubles } from './common'

const process = vp()

/** The differences between neighbours. */
const gaps = (values: readonly number[]): number[] => values.slice(1).map((value, i) => value - values[i]!)

describe('step grids', () => {
  test('linear, and quadratic in the root of t', () => {
    approximately(grids.linear(process, 4, 1, 0), [1, 0.75, 0.5, 0.25, 0], 1e-15)
    approximately(grids.quadratic(process, 4, 1, 0), [1, 0.5625, 0.25, 0.0625, 0], 1e-15)
    approximately(grids.linear(process, 2, 0.2, 0.6), [0.2, 0.4, 0.6], 1e-15)
  })

  test('even in λ, from the ends exactly, down and up', () => {
    for (const [start, end] of [
      [1, 1e-3],
      [1e-3, 1],
    ] as const) {
      const times = grids.logSnr(process, 10, start, end)
      assert.deepEqual([times[0], times.at(-1)], [start, end])
      const between = gaps(times.map((t) => process.logSnr(t)))
      approximately(
        between,
        between.map(() => (process.logSnr(end) - process.logSnr(start)) / 10),
        1e-9,
      )
    }
  })

  test('Karras’s: EDM’s published σ for 18 nodes', () => {
    const times = grids.karras(7)(edm(), 17, 80, 0.002)
    approximately(times.slice(0, 3), [80, 57.58598, 40.78557], 1e-7)
    approximately(times.slice(-2), [0.00752802, 0.002], 1e-8)
    // ρ = 1 is even in σ itself, ρ large nearly even in log σ.
    approximately(grids.karras(1)(edm(), 4, 8, 4), [8, 7, 6, 5, 4], 1e-12)
    const logs = gaps(grids.karras(1e6)(edm(), 4, 16, 1).map(Math.log))
    approximately(
      logs,
      logs.map(() => -Math.log(2)),
      1e-5,
    )
  })

  test('on VP, Karras’s grid is in σ/α', () => {
    const tau = (t: number) => process.sigma(t) / process.alpha(t)
    const between = gaps(
      grids
        .karras(3)(process, 6, 1, 0.01)
        .map((t) => tau(t) ** (1 / 3)),
    )
    approximately(
      between,
      between.map(() => (tau(0.01) ** (1 / 3) - tau(1) ** (1 / 3)) / 6),
      1e-10,
    )
  })

  test('on a table: leading, linspace and trailing', () => {
    const table = ddpm()
    // One more than the numbers counted from 0 that are usual, and clean data at the end.
    assert.deepEqual(grids.leading(table, 4, 1000, 0), [751, 501, 251, 1, 0])
    assert.deepEqual(grids.linspace(table, 4, 1000, 0), [1000, 667, 334, 1, 0])
    assert.deepEqual(grids.trailing(table, 4, 1000, 0), [1000, 750, 500, 250, 0])
    assert.deepEqual(grids.linspace(table, 1, 1000, 0), [1000, 0])
    for (const grid of [grids.leading, grids.linspace, grids.trailing])
      assert.equal(ddim(doubles(table), { steps: 7, grid }).times.length, 8)
  })

  test('grids made for intervals take the nearest whole times on a table', () => {
    const table = ddpm()
    const times = grids.logSnr(table, 5, 1000, 1)
    assert.ok(times.every((t) => Number.isInteger(t)))
    const between = gaps(times.map((t) => table.logSnr(t)))
    // Half of a step of the table is up to 0.2 in λ near its ends.
    for (const gap of between) assert.ok(Math.abs(gap - between.reduce((a, b) => a + b) / 5) < 0.25)
    assert.deepEqual(grids.quadratic(table, 2, 1000, 0), [1000, 250, 0])
  })

  test('the time of a λ', () => {
    for (const t of [1e-4, 0.1, 0.7, 1]) approximately(timeAt(process, process.logSnr(t)), t, 1e-13)
    assert.throws(() => timeAt(process, -9), /from -5\.02\d* to Infinity, but never -9/)
  })

  test('where equations end: 10⁻³ from clean data, at the first noisy time where there is one', () => {
    assert.deepEqual([vp(), ve(), rectified(), edm()].map(endTime), [1e-3, 1e-3, 1e-3, 1e-3])
    assert.equal(endTime(ddpm()), 1)
    assert.equal(endTime(ve({ subtractInitial: false })), 0)
  })

  test('samplers take steps, a grid, a start and an end, or the times themselves', () => {
    assert.deepEqual(timesOf(process, { steps: 2, start: 0.8, end: 0.2 }), [0.8, 0.5, 0.2])
    assert.deepEqual(timesOf(process, { times: [0.9, 0.3], steps: 7 }), [0.9, 0.3])
    assert.deepEqual(
      timesOf(process, { steps: 1 }, { end: 0.1, grid: (_, n, a, b) => [a, (a + b) / 2, b] }),
      [1, 0.55, 0.1],
    )
    assert.equal(timesOf(process, {}).length, 51)
  })

  test('what makes no sense is named', () => {
    assert.throws(
      () => timesOf(process, { steps: 1.5 }),
      /steps must be a positive whole number, but are 1\.5/,
    )
    assert.throws(() => timesOf(process, { start: 2 }), /from 0 to 1: start cannot be 2/)
    assert.throws(() => timesOf(process, { end: NaN }), /end cannot be NaN/)
    assert.throws(() => timesOf(process, { start: 0.4, end: 0.4 }), /must differ/)
    assert.throws(() => timesOf(process, { grid: 'karras' as never }), /grid must be a function/)
    assert.throws(() => timesOf(process, { times: [1, 0.2, 0.5] }), /all falling or all rising/)
    assert.throws(() => timesOf(process, { times: [3, 2] }), /VP is defined for times from 0 to 1/)
    assert.throws(() => timesOf(process, { steps: 3, grid: () => [1, 1, 0.5] }), /all falling or all rising/)
    assert.throws(() => timesOf(ddpm(), { steps: 50, start: 10 }), /has 10 steps: a sampler cannot take 50/)
    assert.throws(
      () => timesOf(ddpm(), { steps: 900, grid: grids.logSnr, end: 1 }),
      /all falling or all rising/,
    )
    assert.throws(() => grids.leading(process, 4, 1, 0), /is for tables of steps/)
    assert.throws(() => grids.logSnr(process, 4, 1, 0), /no finite log\(α\/σ\) at 0/)
    assert.throws(() => grids.karras(0), /rho must be positive/)
    assert.throws(() => grids.karras()(rectified(), 4, 1, 0.1), /at 1: choose another start/)
  })

  test('every process has a grid even in λ', () => {
    for (const on of [vp(), ve(), edm(), ncsn()]) {
      const end = endTime(on)
      const times = grids.logSnr(on, 3, on.times.to, end)
      assert.equal(times.length, 4)
      assert.deepEqual([times[0], times[3]], [on.times.to, end])
    }
  })
})
