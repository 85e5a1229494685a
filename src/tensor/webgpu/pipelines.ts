/** Compiled shaders, one of each for a device. */
import type { Shader } from './shader'

const compiled = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>()

/** The pipeline of a shader, compiled now if it is not there yet. */
export function pipelineOf(device: GPUDevice, shader: Shader): GPUComputePipeline {
  const pipelines = pipelinesOf(device)
  let pipeline = pipelines.get(shader.name)
  if (!pipeline) {
    pipeline = device.createComputePipeline(descriptor(device, shader))
    pipelines.set(shader.name, pipeline)
  }
  return pipeline
}

/**
 * Compiles shaders beside whatever else goes on; what is needed before it is ready is compiled by `pipelineOf` meanwhile.
 *
 * @returns when they are there. A device that was lost meanwhile has none, and that is no error.
 */
export async function warm(device: GPUDevice, shaders: readonly Shader[]): Promise<void> {
  const pipelines = pipelinesOf(device)
  await Promise.allSettled(
    shaders
      .filter(({ name }) => !pipelines.has(name))
      .map(async (shader) => {
        const pipeline = await device.createComputePipelineAsync(descriptor(device, shader))
        if (!pipelines.has(shader.name)) pipelines.set(shader.name, pipeline)
      }),
  )
}

function pipelinesOf(device: GPUDevice): Map<string, GPUComputePipeline> {
  const pipelines = compiled.get(device) ?? new Map<string, GPUComputePipeline>()
  compiled.set(device, pipelines)
  return pipelines
}

function descriptor(device: GPUDevice, { name, code }: Shader): GPUComputePipelineDescriptor {
  const module = device.createShaderModule({ label: name, code })
  return { label: name, layout: 'auto', compute: { module, entryPoint: 'main' } }
}
