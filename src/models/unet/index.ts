/** Networks for pictures. */
export { unet, type UNetOptions } from './unet'
