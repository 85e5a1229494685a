/** Controls below a cell, and pictures that follow them. */
export { button } from './button'
export { choice, type ChoiceOptions } from './choice'
export type { Input } from './declare'
export { live } from './live'
export { painter, type Painter, type PainterOptions } from './painter'
export { slider, type SliderOptions } from './slider'
export { toggle } from './toggle'
