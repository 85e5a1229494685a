/**
 * Two interleaved half circles in the plane, around the origin:
 *
 *   upper (cos θ − ½, sin θ − ¼),   lower (½ − cos θ, ¼ − sin θ),   θ uniform on [0, π],
 *
 * each with probability ½, plus normal noise.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../tensor'
import { expectCount, type Data } from './data'

/** @param noise standard deviation of the noise, not negative. Default 0.05. */
export function moons({ noise = 0.05 }: { noise?: number } = {}): Data<tf.Tensor2D> {
  if (!(noise >= 0 && noise < Infinity))
    throw new RangeError(`moons: noise must not be negative, but is ${noise}`)
  return {
    name: 'moons',
    shape: [2],
    draw(n, stream = currentStream()) {
      expectCount(n)
      const side = stream.uniform(n)
      const theta = stream.uniform(n)
      const jitter = stream.normal(2 * n)
      const points = new Float32Array(2 * n)
      for (let i = 0; i < n; i++) {
        const angle = Math.PI * theta[i]!
        const sign = side[i]! < 0.5 ? 1 : -1
        points[2 * i] = sign * (Math.cos(angle) - 0.5) + noise * jitter[2 * i]!
        points[2 * i + 1] = sign * (Math.sin(angle) - 0.25) + noise * jitter[2 * i + 1]!
      }
      return tf.tensor2d(points, [n, 2])
    },
  }
}
