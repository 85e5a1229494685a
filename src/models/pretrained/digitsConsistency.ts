/**
 * A consistency model of handwritten digits of 16 × 16, told the digit, distilled from `digits-flow`, whose network and head it has: what
 * takes the flow many steps, it does in one or two.
 *
 * Song et al., 2023, https://arxiv.org/abs/2303.01469
 */
import { consistencyFrom, type NetworkConsistency } from '../maps'
import { digitsFlow } from './digitsFlow'
import type { ModelBuilder } from './builder'

export const digitsConsistency = {
  name: 'digits-consistency',
  about:
    'Consistency model of handwritten digits, 16 × 16, that is told the class, distilled from digits-flow',
  build: (stream) => consistencyFrom(digitsFlow.build(stream), { sigmaMin: 0.02, sigmaMax: 80 }),
  data: digitsFlow.data,
} satisfies ModelBuilder<NetworkConsistency>
