import assert from 'node:assert/strict'
import { test } from 'node:test'
import { particleNormals, particlesOf, RandomStream } from '../../../src/tensor'
import { webGpuParticleNormals } from '../../../src/tensor/webgpu/particles'
import { goldenKey, goldenNormals } from '../goldenNormals'
import { onWebGpuDevice, read } from './device'

/** Four units in the last place of the length of a pair, below 8: WGSL's square root may be off by two. */
const TOLERANCE = 4 * 2 ** -21

onWebGpuDevice('noise of particles', () => {
  test('normals are those of the golden list', async () => {
    for (const { particle, step, draw, normals } of goldenNormals) {
      const { length } = normals
      const shape = [particle + 1, length]
      const { values } = await read(webGpuParticleNormals(shape, length, goldenKey, step, draw)!)
      for (const [c, expected] of normals.entries())
        assert.ok(Math.abs(values[particle * length + c]! - expected) < TOLERANCE)
    }
  })

  test('a walk’s stream draws them, whatever the number of particles and of components', async () => {
    for (const n of [0, 1, 3, 65])
      for (const size of [1, 4, 5]) {
        const particles = particlesOf(new RandomStream(3, 'walk'), size)
        for (const step of [0, 5]) {
          particles.begin(step)
          for (let draw = 0; draw < 2; draw++) {
            const { shape, values } = await read(particles.normalTensor([n, size]))
            assert.deepEqual(shape, [n, size])
            const expected = particleNormals(particles.walkKey!, n, size, step, draw)
            for (const [i, value] of values.entries()) assert.ok(Math.abs(value - expected[i]!) < TOLERANCE)
          }
        }
      }
  })
})
