/** What `import … from 'genbook/data'` gives to cells: laws to learn. */
import { data, type Data, type Mixture } from '../../../models'

export const moons: typeof data.moons = data.moons
export const mixture: typeof data.mixture = data.mixture
export type { Data, Mixture }
