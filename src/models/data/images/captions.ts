/**
 * The language of pictures of shapes:
 *
 *   scene   = object | object relation object
 *   object  = "a" size colour shape
 *   relation = "left of" | "above"
 *
 * such as “a small red circle left of a large blue square”. A caption becomes tokens, the numbers of its words in the
 * vocabulary, filled up with 0 to a fixed length.
 */

export const SIZES = ['small', 'large'] as const
export const COLOURS = ['red', 'green', 'blue', 'yellow'] as const
export const SHAPES = ['circle', 'square', 'triangle'] as const
export const RELATIONS = ['left of', 'above'] as const

/** What a caption says of one object. */
export interface Thing {
  readonly size: (typeof SIZES)[number]
  readonly colour: (typeof COLOURS)[number]
  readonly shape: (typeof SHAPES)[number]
}

/** What a caption says: one thing, or the first in a relation to the second. */
export interface Statement {
  readonly things: readonly [Thing] | readonly [Thing, Thing]
  readonly relation?: (typeof RELATIONS)[number]
}

const NOTHING = '·'
const FILLERS = ['a'] as const

/** The words that captions are made of; the number of a word is its token. Token 0 stands for no word. */
export const vocabulary: readonly string[] = [
  NOTHING,
  ...FILLERS,
  ...SIZES,
  ...COLOURS,
  ...SHAPES,
  ...RELATIONS,
]

/** Words of the longest caption. */
export const CAPTION_LENGTH = 9

/** A statement in words. */
export function captionOf({ things, relation }: Statement): string {
  const words = things.map(({ size, colour, shape }) => `a ${size} ${colour} ${shape}`)
  return relation ? words.join(` ${relation} `) : words[0]!
}

/**
 * What a caption says.
 *
 * @throws SyntaxError naming the word that does not fit, and those that would.
 */
export function parseCaption(caption: string): Statement {
  const words = wordsOf(caption)
  let at = 0
  const next = <W extends string>(choices: readonly W[]): W => {
    const word = words[at++]
    if (word !== undefined && (choices as readonly string[]).includes(word)) return word as W
    throw new SyntaxError(
      `“${caption}”: word ${at} must be ${choices.join(' or ')}, but ${word === undefined ? 'the caption ends' : `is “${word}”`}`,
    )
  }
  const thing = (): Thing => {
    next(FILLERS)
    return { size: next(SIZES), colour: next(COLOURS), shape: next(SHAPES) }
  }
  const first = thing()
  if (at === words.length) return { things: [first] }
  const relation = next(RELATIONS)
  const second = thing()
  if (at < words.length)
    throw new SyntaxError(`“${caption}”: it should end before “${words.slice(at).join(' ')}”`)
  return { things: [first, second], relation }
}

/**
 * Captions as tokens, of shape [n, 9] in row-major order.
 *
 * @throws SyntaxError for a caption that is not of this language.
 */
export function encodeCaptions(captions: readonly string[]): Int32Array {
  const tokens = new Int32Array(captions.length * CAPTION_LENGTH)
  for (const [i, caption] of captions.entries())
    tokens.set(
      wordsOf(captionOf(parseCaption(caption))).map((word) => vocabulary.indexOf(word)),
      i * CAPTION_LENGTH,
    )
  return tokens
}

/**
 * Tokens as words again; nothing is said of whether they are a caption.
 *
 * @throws RangeError for a token that is no number of a word, or a count that is not whole captions.
 */
export function decodeCaptions(tokens: ArrayLike<number>): string[] {
  if (tokens.length % CAPTION_LENGTH)
    throw new RangeError(
      `a caption has ${CAPTION_LENGTH} tokens, so that ${tokens.length} are not whole captions`,
    )
  return Array.from({ length: tokens.length / CAPTION_LENGTH }, (_, i) =>
    Array.from({ length: CAPTION_LENGTH }, (_, k) => {
      const token = tokens[i * CAPTION_LENGTH + k]!
      const word = vocabulary[token]
      if (word === undefined)
        throw new RangeError(`tokens are numbers from 0 to ${vocabulary.length - 1}, but one is ${token}`)
      return token === 0 ? '' : word
    })
      .filter(Boolean)
      .join(' '),
  )
}

/** Words, of which a relation is one. */
function wordsOf(caption: string): string[] {
  // Cells are not type-checked before they run.
  if (typeof (caption as unknown) !== 'string')
    throw new TypeError('a caption is a text, such as “a small red circle”')
  return caption
    .toLowerCase()
    .trim()
    .replace(/left\s+of/g, 'left_of')
    .split(/\s+/)
    .map((word) => word.replace('_', ' '))
}
