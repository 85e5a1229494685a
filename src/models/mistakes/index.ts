/** Mistakes by name, each beside the right form: what a lesson can flip. */
export { expectNear, MistakeError, mistake, type Mistake } from './mistake'

export const mistakes = {} as const
