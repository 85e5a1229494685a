/** Asks the person at the notebook for a value. */
import { preview } from '../display/preview'
import { numberIn } from '../number'
import { askPerson } from '../session/asking'

export interface InputOptions<Value extends string | number> {
  /** What the field holds at first, and what is taken where nobody can be asked. A number asks for a number. */
  readonly default?: Value
  /** Shown in the empty field. */
  readonly placeholder?: string
  /** Hides what is typed. */
  readonly password?: boolean
}

/**
 * Asks for a text, or for a number where the default is one, and waits for the answer.
 *
 * On the command line, answers are given by `--input`, in the order of the questions; where they run out, the default is
 * taken.
 *
 * @param prompt the question, in words.
 * @throws NoAnswerError (as a rejection) where the person leaves the field with Escape, or there is neither a person nor a
 *   default; TypeError for options that make no sense.
 */
export function input(
  prompt: string,
  options: InputOptions<number> & { readonly default: number },
): Promise<number>
export function input(prompt: string, options?: InputOptions<string>): Promise<string>
export async function input(
  prompt: string,
  options: InputOptions<string | number> = {},
): Promise<string | number> {
  const { default: initial, placeholder, password } = options
  if (typeof prompt !== 'string' || !prompt.trim())
    throw new TypeError(`input: the first argument is the question, in words; not ${preview(prompt)}`)
  if (initial !== undefined && typeof initial !== 'string' && typeof initial !== 'number')
    throw new TypeError(`input: the default is a text or a number; not ${preview(initial)}`)
  const expects = typeof initial === 'number' ? 'number' : 'text'
  const text = await askPerson({
    prompt,
    expects,
    ...(initial !== undefined && { initial: String(initial) }),
    ...(placeholder !== undefined && { placeholder }),
    ...(password && { password }),
  })
  if (expects === 'text') return text
  const number = numberIn(text)
  if (number === undefined) throw new TypeError(`input: “${prompt}” asks for a number, not “${text}”`)
  return number
}
