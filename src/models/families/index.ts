/** The other families of generative models, small enough to see what each gives up. */
export {
  autoregressiveModel,
  type AutoregressiveModel,
  type AutoregressiveOptions,
} from './autoregressiveModel'
export { gan, type Gan, type GanOptions } from './gan'
export type { GenerativeModel } from './parts'
export { hierarchicalVae, vae, type HierarchicalVaeOptions, type Vae, type VaeOptions } from './vae'
