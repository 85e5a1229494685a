/** Networks for pictures. */
export { unet, type UNetNetwork, type UNetOptions } from './unet'
