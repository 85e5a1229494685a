/** Adaptation: teaching a trained network something new without training it again. */
export { controlNet, type ControlledDenoiser, type ControlNetOptions } from './controlNet'
export { edges, keypoints, scribbles, type KeypointOptions, type ScribbleOptions } from './outlines'
export { lora, type LoraDenoiser, type LoraOptions } from './lora'
