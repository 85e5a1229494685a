/**
 * Textures, grey pictures without objects, of a class each:
 *
 *   stripes   sin of a plane wave of any direction
 *   checks    product of two waves at a right angle
 *   dots      round spots on a lattice
 *   clouds    a Gaussian random field whose power falls as 1/f³
 *   weave     stripes that cross over and under
 *
 * Values are in [−1, 1].
 */
import type * as tf from '@tensorflow/tfjs'
import type { LabelledData } from '../data'
import { expectSize, pictures, type Dice } from './pictures'

const CLASSES = ['stripes', 'checks', 'dots', 'clouds', 'weave'] as const

/** Waves of which clouds are made, in each direction. */
const WAVES = 5

/** @param size height and width in pixels, from 8 on. Default 16. @returns pictures of shape [size, size, 1]. */
export function textures({ size = 16 }: { size?: number } = {}): LabelledData<tf.Tensor4D> {
  expectSize('textures', size)
  return pictures({
    name: 'textures',
    shape: [size, size, 1],
    classes: CLASSES,
    numbers: { uniforms: 5, normals: 2 * (2 * WAVES + 1) * (WAVES + 1) },
    paint(pixels, label, dice) {
      const value = texture(CLASSES[label]!, dice)
      for (let i = 0; i < pixels.length; i++) {
        const [x, y] = [((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size]
        pixels[i] = Math.max(-1, Math.min(1, value(x, y)))
      }
    },
  })
}

type Texture = (x: number, y: number) => number

function texture(kind: (typeof CLASSES)[number], dice: Dice): Texture {
  if (kind === 'clouds') return clouds(dice)
  const angle = dice.uniform(0, Math.PI)
  const waves = dice.uniform(2, 4)
  const [phase, other] = [dice.uniform(0, 2 * Math.PI), dice.uniform(0, 2 * Math.PI)]
  const depth = dice.uniform(0.6, 1)
  const k = 2 * Math.PI * waves
  const u: Texture = (x, y) => k * (x * Math.cos(angle) + y * Math.sin(angle)) + phase
  const v: Texture = (x, y) => k * (y * Math.cos(angle) - x * Math.sin(angle)) + other
  switch (kind) {
    case 'stripes':
      return (x, y) => depth * Math.sin(u(x, y))
    case 'checks':
      return (x, y) => depth * Math.tanh(4 * Math.sin(u(x, y)) * Math.sin(v(x, y)))
    case 'dots':
      return (x, y) => depth * (2 * Math.exp(Math.cos(u(x, y)) + Math.cos(v(x, y)) - 2) ** 1.5 - 1)
    case 'weave':
      return (x, y) => {
        const over = Math.sin(u(x, y) / 2) * Math.sin(v(x, y) / 2) > 0
        return depth * Math.cos(over ? u(x, y) : v(x, y))
      }
  }
}

/** Σ z_k |k|^(−3/2) cos(2πk·x) and the same of sines, over half of the lattice of waves, with standard deviation ½. */
function clouds(dice: Dice): Texture {
  const terms: { kx: number; ky: number; cos: number; sin: number }[] = []
  let power = 0
  for (let kx = 0; kx <= WAVES; kx++)
    for (let ky = -WAVES; ky <= WAVES; ky++) {
      const [cos, sin] = [dice.normal(), dice.normal()]
      if (kx === 0 && ky <= 0) continue
      const size = Math.hypot(kx, ky) ** -1.5
      power += size * size
      terms.push({ kx, ky, cos: size * cos, sin: size * sin })
    }
  const scale = 0.5 / Math.sqrt(power)
  return (x, y) => {
    let sum = 0
    for (const { kx, ky, cos, sin } of terms) {
      const angle = 2 * Math.PI * (kx * x + ky * y)
      sum += cos * Math.cos(angle) + sin * Math.sin(angle)
    }
    return scale * sum
  }
}
