import type { NetworkDenoiser } from '../denoiser'

/** @throws TypeError unless `model` is a denoiser made of a network: cells are not type-checked before they run. */
export function expectNetworkDenoiser(caller: string, model: NetworkDenoiser): void {
  const { network, params, head } = (model as Partial<NetworkDenoiser> | undefined) ?? {}
  if (typeof network !== 'function' || typeof params !== 'object' || typeof head !== 'object')
    throw new TypeError(`${caller}: the first argument must be a denoiser made of a network, by denoiser(…)`)
}
