/**
 * Triangular maps: z_i depends on x_1, …, x_i only, so the Jacobian is triangular and its determinant the product of the
 * diagonal, det J = Π ∂z_i/∂x_i. The linear one is z = T x + b with T lower triangular and a positive diagonal e^s.
 */
import * as tf from '@tensorflow/tfjs'
import type { Params } from '../network'
import { bijection, sameLogDet, shapeOf, type Bijection } from './bijection'
import { solveTriangular, strictTriangle } from './triangularSystems'

/** z = T x + b on vectors; the identity at first. */
export function triangular({ dim }: { readonly dim: number }): Bijection {
  const shape = shapeOf({ dim }, 'triangular')
  const matrix = ({ T, logScale }: Params): tf.Tensor2D =>
    T!.mul(strictTriangle(dim, 'lower')).add(tf.eye(dim).mul(logScale!.exp()))
  return bijection({
    name: 'triangular',
    shape,
    initial: () => ({ T: tf.zeros([dim, dim]), logScale: tf.zeros([dim]), shift: tf.zeros([dim]) }),
    forward: (params, x) => ({
      value: tf.matMul(x as tf.Tensor2D, matrix(params), false, true).add(params.shift!),
      logDet: sameLogDet(x, params.logScale!.sum()),
    }),
    inverse: (params, z) => ({
      value: solveTriangular(matrix(params), z.sub(params.shift!), 'lower'),
      logDet: sameLogDet(z, params.logScale!.sum().neg()),
    }),
  })
}
