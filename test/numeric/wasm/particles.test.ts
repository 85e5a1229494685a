import assert from 'node:assert/strict'
import { test } from 'node:test'
import { particleNormals, particlesOf, RandomStream } from '../../../src/tensor'
import { wasmParticleNormals } from '../../../src/tensor/wasm/random'
import { goldenKey, goldenNormals } from '../goldenNormals'
import { onBuilds, read } from './builds'

const stream = () => new RandomStream(3, 'walk')

test('the normals of particles are what they always were', () => {
  for (const { particle, step, draw, normals } of goldenNormals) {
    const all = particleNormals(goldenKey, particle + 1, normals.length, step, draw)
    for (const [c, expected] of normals.entries())
      assert.ok(Math.abs(all[particle * normals.length + c]! - expected) < 1e-14)
  }
})

test('what a particle meets does not depend on how many there are', () => {
  for (const size of [1, 2, 3, 4, 5]) {
    const [few, many] = [particlesOf(stream(), size), particlesOf(stream(), size)]
    for (const step of [0, 1, 7]) {
      few.begin(step)
      many.begin(step)
      for (let draw = 0; draw < 2; draw++)
        assert.deepEqual(few.normal(3 * size), many.normal(8 * size).subarray(0, 3 * size))
    }
  }
})

test('steps and draws are told apart, and what is no draw of particles comes from a stream of its own', () => {
  const particles = particlesOf(stream(), 2)
  const drawn = [0, 1, 2].flatMap((step) => {
    particles.begin(step)
    return [...particles.normal(4), ...particles.normal(4), ...particles.uniform(4), ...particles.normal(3)]
  })
  assert.equal(new Set(drawn).size, drawn.length)
})

test('a walk takes one block of the stream that it draws from, and what has begun is another walk’s', () => {
  const parent = stream()
  const first = particlesOf(parent, 2)
  assert.equal(parent.position, 1)
  assert.equal(particlesOf(first, 2), first)
  assert.notEqual(particlesOf(first, 3), first)
  first.begin(1)
  const nested = particlesOf(first, 2)
  assert.notDeepEqual(nested.walkKey, first.walkKey)
})

onBuilds('noise of particles', () => {
  test('normals are those of the golden list', () => {
    for (const { particle, step, draw, normals } of goldenNormals) {
      const { length } = normals
      const { values } = read(wasmParticleNormals([particle + 1, length], length, goldenKey, step, draw)!)
      for (const [c, expected] of normals.entries())
        // Three units in the last place of the pair's length, below 8.
        assert.ok(Math.abs(values[particle * length + c]! - expected) < 3 * 2 ** -21)
    }
  })

  test('normals agree with double precision for every number of particles and of components', () => {
    for (const n of [0, 1, 2, 3, 4, 5, 17])
      for (const size of [1, 2, 3, 4, 5, 8, 11]) {
        const [ours, theirs] = [particlesOf(stream(), size), particlesOf(stream(), size)]
        for (const step of [0, 5]) {
          ours.begin(step)
          theirs.begin(step)
          for (let draw = 0; draw < 2; draw++) {
            const { values } = read(ours.normalTensor([n, size]))
            const expected = theirs.normal(n * size)
            assert.equal(values.length, expected.length)
            for (const [i, value] of values.entries())
              assert.ok(Math.abs(value - expected[i]!) < 3 * 2 ** -21)
          }
        }
      }
  })
})
