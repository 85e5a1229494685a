/** Enters what follows walks and takes training steps on WebGPU. */
import { registerWalks } from '../../fused'
import { registerTraining } from '../../fused/trainers'
import { onOurWebGpu } from '../registry'
import { webGpuTraining } from './training'
import { webGpuWalks } from './walk'

export function registerFused(): void {
  registerWalks('webgpu', () => (onOurWebGpu() ? webGpuWalks : undefined))
  registerTraining('webgpu', () => (onOurWebGpu() ? webGpuTraining : undefined))
}
