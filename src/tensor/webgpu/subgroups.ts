/**
 * Threads that the GPU moves in step can read each other's registers, which spares the way through the workgroup's memory. WebGPU calls
 * them a subgroup. A device has them only where the person allowed it when the device was opened.
 */

/** Threads that hand numbers round among themselves: a subgroup, or an aligned part of one. */
export type Lanes = 4 | 8 | 16

/**
 * How many threads surely are in one subgroup, whichever of its sizes the device takes for a shader.
 *
 * @returns undefined where the device was opened without subgroups, does not tell their size, or has them smaller than 4.
 */
export function lanesOf(device: Pick<GPUDevice, 'features' | 'adapterInfo'>): Lanes | undefined {
  if (!device.features.has('subgroups')) return undefined
  // Browsers that are older than this field have none.
  const info = device.adapterInfo as GPUAdapterInfo | undefined
  const smallest = info?.subgroupMinSize ?? 0
  return ([16, 8, 4] as const).find((lanes) => lanes <= smallest)
}
