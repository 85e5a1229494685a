/**
 * A consistency model of handwritten digits of 16 × 16, told the digit, distilled from `digits-vpsde`, whose network and head it has:
 * what takes the SDE's ODE many steps, it does in one or two.
 *
 * Song et al., 2023, https://arxiv.org/abs/2303.01469
 */
import { consistencyFrom, type NetworkConsistency } from '../maps'
import { digitsVpSde } from './digitsVpSde'
import type { ModelBuilder } from './builder'

export const digitsConsistency = {
  name: 'digits-consistency',
  about:
    'Consistency model of handwritten digits, 16 × 16, that is told the class, distilled from digits-vpsde',
  // Noise of 0.005 is what no features see; of 0.02, they would.
  build: (stream) => consistencyFrom(digitsVpSde.build(stream), { sigmaMin: 0.005, sigmaMax: 80 }),
  data: digitsVpSde.data,
} satisfies ModelBuilder<NetworkConsistency>
