/** Networks for pictures, and features of time. */
export { timeFeatures, type TimeFeatures } from './timeFeatures'
export { unet, type UNetOptions } from './unet'
