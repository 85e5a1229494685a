/** The order in which live pictures are computed, on a clock that the test moves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveQueue, PATIENCE, type Clock } from '../../../src/kernel/live'
import type { ControlChange, StaleRegion } from '../../../src/kernel/protocol'

class HandClock implements Clock {
  #now = 0
  readonly #waiting = new Set<{ at: number; wake: () => void }>()
  now(): number {
    return this.#now
  }
  after(milliseconds: number, wake: () => void): () => void {
    const entry = { at: this.#now + milliseconds, wake }
    this.#waiting.add(entry)
    return () => void this.#waiting.delete(entry)
  }
  pass(milliseconds: number): void {
    this.#now += milliseconds
    for (const entry of [...this.#waiting])
      if (entry.at <= this.#now) {
        this.#waiting.delete(entry)
        entry.wake()
      }
  }
}

function bench() {
  const handed: ControlChange[][] = []
  const told = { givenUp: 0 }
  const clock = new HandClock()
  const kernel = {
    change: (controls: readonly ControlChange[]) => void handed.push([...controls]),
    giveUp: () => void told.givenUp++,
  }
  return { handed, told, clock, queue: new LiveQueue(kernel, clock) }
}

const moved = (value: number, control = 'γ', settled = false): ControlChange => ({ control, value, settled })
const region = (name: string, cell = 'a'): StaleRegion => ({ region: name, cell, count: 1 })

test('until the kernel answers, changes gather, and only the newest of each control is handed over', () => {
  const { queue, handed } = bench()
  queue.change(moved(1))
  queue.change(moved(2))
  queue.change(moved(5, 'n'))
  queue.change(moved(3))
  assert.deepEqual(handed, [[moved(1)]])
  queue.stale([])
  assert.deepEqual(handed[1], [moved(5, 'n'), moved(3)])
  queue.stale([])
  assert.equal(handed.length, 2)
})

test('that a value was settled on is not lost to a newer one', () => {
  const { queue, handed } = bench()
  queue.change(moved(0, 'other'))
  queue.change(moved(1, 'γ', true))
  queue.change(moved(2))
  queue.stale([])
  assert.deepEqual(handed[1], [moved(2, 'γ', true)])
})

test('pictures are computed one at a time, each once however often it was outdated', () => {
  const { queue } = bench()
  queue.stale([region('1'), region('2')])
  queue.stale([region('1')])
  assert.equal(queue.next()?.region, '1')
  assert.equal(queue.next(), undefined)
  queue.finished()
  assert.equal(queue.next()?.region, '2')
  queue.finished()
  assert.equal(queue.next(), undefined)
})

test('an outdated computation may go on for a moment, then it is given up, and the picture is computed anew', () => {
  const { queue, told, clock } = bench()
  queue.stale([region('1')])
  queue.next()
  clock.pass(PATIENCE - 100)
  queue.stale([region('1')])
  queue.stale([region('1')])
  clock.pass(99)
  assert.equal(told.givenUp, 0)
  clock.pass(1)
  assert.equal(told.givenUp, 1)
  queue.finished()
  assert.equal(queue.next()?.region, '1')
})

test('one that has taken long already is given up at once; one that ends in time is not', () => {
  const { queue, told, clock } = bench()
  queue.stale([region('1')])
  queue.next()
  clock.pass(10 * PATIENCE)
  queue.stale([region('2')])
  assert.equal(told.givenUp, 0, 'what outdates another picture does not concern it')
  queue.stale([region('1')])
  assert.equal(told.givenUp, 1)
  queue.finished()
  queue.next()
  queue.stale([region('2')])
  queue.finished()
  clock.pass(10 * PATIENCE)
  assert.equal(told.givenUp, 1)
})

test('a cell goes first: the computation makes way and is done after it, but for pictures of the cell itself', () => {
  const { queue, told } = bench()
  queue.stale([region('1'), region('2', 'b'), region('3', 'c')])
  queue.next()
  queue.makeWay('b')
  assert.equal(told.givenUp, 1)
  queue.finished()
  assert.equal(queue.next()?.region, '3')
  queue.finished()
  assert.equal(queue.next()?.region, '1')
  queue.makeWay('a')
  queue.finished()
  assert.equal(queue.next(), undefined)
})

test('after Stop nothing that was asked for before is computed, not even what the kernel has yet to answer', () => {
  const { queue, handed } = bench()
  queue.stale([region('1'), region('2')])
  queue.next()
  queue.change(moved(1))
  queue.change(moved(2))
  queue.clear()
  queue.stale([region('1')])
  queue.finished()
  assert.equal(queue.next(), undefined)
  assert.equal(handed.length, 1)
  queue.change(moved(3))
  queue.stale([region('1')])
  assert.equal(queue.next()?.region, '1')
})
