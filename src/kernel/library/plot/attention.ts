import * as tf from '@tensorflow/tfjs'
import { attentionMaps, data, type NetworkDenoiser, type Trajectory } from '../../../models'
import { imagesFigure, type ImagesOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw } from './draw'
import { isTrajectory } from './trajectories'

export interface AttentionOptions extends Pick<ImagesOptions, 'title' | 'subtitle'> {
  /** What the pictures were told: one caption for all, or one for each. */
  readonly caption: string | readonly string[]
  /** What the model calls it. Default: caption. */
  readonly condition?: string
  /** Moments on the slider. Default 8. */
  readonly frames?: number
  /** Pictures that are drawn, one row each. Default 4. */
  readonly count?: number
}

/** What is bright attends; the picture behind it is dimmed. */
const LIGHT = [1, 0.8, 0.2] as const
const DIM = 0.45

/**
 * Where a text-to-image model looks: each picture of a recorded walk, and beside it, word by word, how much each pixel attends to the
 * word. A slider walks from noise to the picture. All words of a picture share a scale at each moment, on which the brightest pixel is one.
 *
 * @param model a denoiser of `unet({ …, conditioning: 'cross-attention' })`, such as `await pretrained('shapes-text')`.
 * @param walk what `await trajectory(sampler, n)` returned.
 */
export function attention(
  model: NetworkDenoiser,
  walk: Trajectory,
  { caption, condition = 'caption', frames = 8, count = 4, ...options }: AttentionOptions,
): Promise<DisplayHandle> {
  return draw('attention', async () => {
    if (!isTrajectory(walk))
      throw new TypeError(
        `plot.attention draws a recorded walk, what await trajectory(…) returns, not ${preview(walk, { depth: 0 })}`,
      )
    for (const [option, value, least] of [
      ['frames', frames, 2],
      ['count', count, 1],
    ] as const)
      if (!Number.isSafeInteger(value) || value < least)
        throw new RangeError(
          `plot.attention: ${option} must be a whole number from ${least} on, but is ${value}`,
        )
    const n = Math.min(count, walk.states.shape[1]!)
    const said = typeof caption === 'string' ? Array.from({ length: n }, () => caption) : caption.slice(0, n)
    if (said.length < n)
      throw new RangeError(`plot.attention: there are ${n} pictures but ${said.length} captions`)
    const tokens = data.captions.encode(said)
    const length = tokens.length / n
    const words = Array.from(tokens, (token) => data.captions.vocabulary[token]!)
    const used = Math.max(...Array.from(tokens, (token, i) => (token ? (i % length) + 1 : 0)))
    const steps = momentsOf(walk.times, frames)
    const tiles: number[][] = []
    for (const step of steps) {
      const { pictures, maps } = tf.tidy(() => {
        const x = walk.states.slice([step], [1]).squeeze<tf.Tensor4D>([0]).slice([0], [n])
        const told = { [condition]: tf.tensor2d(tokens, [n, length], 'int32') }
        return { pictures: x.clone(), maps: attentionMaps(model, x, walk.times[step]!, told) }
      })
      try {
        tiles.push(rowsOf(pictures.shape, await pictures.data(), await maps.data(), length, used))
      } finally {
        tf.dispose({ pictures, maps })
      }
    }
    const [, , height, width] = walk.states.shape as [number, number, number, number]
    return imagesFigure(
      [
        {
          name: 'attention',
          pixels: Float32Array.from(tiles.flat()),
          shape: [steps.length, n * (used + 1), height, width, 3],
          labels: Array.from({ length: n }, (_, i) => [
            'picture',
            ...words.slice(i * length, i * length + used),
          ]).flat(),
          moments: steps.map((step) => `t = ${Number(walk.times[step]!.toPrecision(3))}`),
        },
      ],
      {
        title: 'Which pixels attend to which word',
        subtitle: [...new Set(said)].map((caption) => `“${caption}”`).join(' · '),
        ...options,
        ...{ columns: used + 1, range: [0, 1], most: n * (used + 1) },
      },
    )
  })
}

/** Some steps of a walk, the first that there is anything to see of, and the last. */
function momentsOf(times: readonly number[], frames: number): number[] {
  const count = Math.min(frames, times.length)
  return Array.from({ length: count }, (_, k) => Math.round((k / (count - 1)) * (times.length - 1)))
}

/** A picture, and a tile for each of its words, all in [0, 1], row-major with three channels. */
function rowsOf(
  [n, height, width, channels]: readonly number[],
  pixels: ArrayLike<number>,
  maps: ArrayLike<number>,
  length: number,
  used: number,
): number[] {
  const places = height! * width!
  const out: number[] = []
  for (let i = 0; i < n!; i++) {
    const light = (p: number, c: number): number => {
      const value = pixels[(i * places + p) * channels! + (channels === 3 ? c : 0)]!
      return Math.min(1, Math.max(0, (value + 1) / 2))
    }
    const weight = (p: number, word: number): number => maps[(i * places + p) * length + word]!
    let most = 0
    for (let p = 0; p < places; p++)
      for (let word = 0; word < used; word++) most = Math.max(most, weight(p, word))
    for (let p = 0; p < places; p++) for (let c = 0; c < 3; c++) out.push(light(p, c))
    for (let word = 0; word < used; word++)
      for (let p = 0; p < places; p++) {
        const a = weight(p, word) / most
        const grey = DIM * (0.3 * light(p, 0) + 0.59 * light(p, 1) + 0.11 * light(p, 2))
        for (const colour of LIGHT) out.push((1 - a) * grey + a * colour)
      }
  }
  return out
}
