/** Measurements of some numbers of a state, as inpainting has them, and of the lightness of colours. */
import { identityMap, matrixMap, pickMap, type MapPair } from './linearMap'
import { operatorOf, sizeOf, type LinearOperator, type OperatorOptions } from './operator'

/**
 * Measures some numbers of a state and not the others, as inpainting does.
 *
 * @param known which: an array of the state's numbers, true or 1 where known. For pictures of several channels, one number
 * for each pixel will do.
 */
export function mask(
  known: ArrayLike<number | boolean>,
  { name = 'mask', shape }: OperatorOptions = {},
): LinearOperator {
  const given = Array.from(known, Number)
  if (!given.every((k) => k === 0 || k === 1))
    throw new RangeError(
      `mask: every number of the state is known (1) or not (0), but known is ${given.slice(0, 20).join(', ')}`,
    )
  if (!given.includes(1)) throw new RangeError('mask: at least one number of the state must be known')
  const size = shape ? sizeOf(shape) : given.length
  const channels = size / given.length
  if (channels !== 1 && channels !== shape?.at(-1))
    throw new RangeError(
      `mask: a state of shape [${shape!.join(', ')}] has ${size} numbers, but known has ${given.length}`,
    )
  const places = given.flatMap((k, i) =>
    k ? Array.from({ length: channels }, (_, c) => i * channels + c) : [],
  )
  return orthonormal(name, shape ?? [size], pickMap(places, size))
}

/**
 * The lightness of a colour, as a row of an orthonormal matrix: y = (r + g + b)/√3, for each pixel of a picture. In the
 * coordinates of `colourBasis` a known grey is one known number, and colourising is inpainting.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix I.2,
 * https://arxiv.org/abs/2011.13456
 *
 * @param options.shape of one state, with three channels at the end. Default [3].
 */
export function grey({ name = 'grey', shape = [3] }: OperatorOptions = {}): LinearOperator {
  if (shape.at(-1) !== 3)
    throw new RangeError(`grey: colours are three numbers, but the shape is [${shape.join(', ')}]`)
  return orthonormal(
    name,
    shape,
    perMember(sizeOf(shape) / 3, matrixMap(Float64Array.from(colourBasis[0]!), 3)),
  )
}

/** An orthonormal 3 × 3 matrix whose first row takes the grey of (r, g, b), and the others two differences of colour. */
export const colourBasis: readonly (readonly number[])[] = [
  [1 / Math.sqrt(3), 1 / Math.sqrt(3), 1 / Math.sqrt(3)],
  [1 / Math.sqrt(2), -1 / Math.sqrt(2), 0],
  [1 / Math.sqrt(6), 1 / Math.sqrt(6), -2 / Math.sqrt(6)],
]

/** The operator whose rows are orthonormal: all its singular values are 1. */
export function orthonormal(name: string, shape: readonly number[], map: MapPair): LinearOperator {
  const outputs = map.forward.outputs
  const values = Array.from({ length: outputs }, () => 1)
  return operatorOf({ name, shape, map, factors: () => ({ values, left: identityMap(outputs), right: map }) })
}

/** A map on each of `count` equal parts of a member. */
function perMember(count: number, { forward, back }: MapPair): MapPair {
  const lifted = ({ inputs, outputs, tensor, doubles }: MapPair['forward']): MapPair['forward'] => ({
    inputs: count * inputs,
    outputs: count * outputs,
    tensor: (x) => tensor(x.reshape([x.shape[0] * count, inputs])).reshape([x.shape[0], count * outputs]),
    doubles,
  })
  return { forward: lifted(forward), back: lifted(back) }
}
