/** Exact models: what a perfectly trained network would say, for data whose law is known. */
export { exact, type ExactModel, type KnownField } from './exact'
export { exactMap } from './map'
