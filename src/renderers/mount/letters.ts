/**
 * Says what the letters in a picture mean, and what they are in the running session, where the mouse rests on them: in its
 * legend and the titles of its axes.
 */
import { readingsOf, symbolsInWords, type MathSymbol } from '../symbols'

const SVG = 'http://www.w3.org/2000/svg'
/** The groups around the words that Plotly draws: entries of the legend, titles, and names of panels. */
const GROUPS = '.legend .traces, .infolayer [class^="g-"][class$="title"], .annotation-text-g'

/** What letters are in the running session, in plain words, by their signs; those without a value are absent. */
export type LetterValues = Readonly<Record<string, string>>
/** Asks the session what it has under these signs; the answer goes to `Letters.setValues`. */
export type AskLetters = (signs: readonly string[]) => void

export class Letters {
  readonly #plot: Element
  #values: LetterValues = {}
  /** What the mouse is on: a group of words, null elsewhere in the picture, undefined outside. */
  #under: Element | null | undefined

  /**
   * @param plot drawn by Plotly.
   * @param ask called when the mouse comes to the picture, and to each of its letters; absent where there is no session.
   */
  constructor(plot: HTMLElement, ask?: AskLetters) {
    this.#plot = plot
    if (!ask) return
    plot.addEventListener('pointerover', ({ target }) => {
      const under = (target as Element).closest(GROUPS)
      if (under === this.#under) return
      this.#under = under
      const signs = this.#signs()
      if (signs.length) ask(signs)
    })
    plot.addEventListener('pointerleave', () => (this.#under = undefined))
  }

  /** What the session has now, in place of what it had before. */
  setValues(values: LetterValues): void {
    this.#values = values
    this.explain()
  }

  /** Called after every drawing, which puts new words in. */
  explain(): void {
    for (const group of this.#groups()) {
      const words = group.querySelector<SVGElement>('text')
      const old = [...group.children].find((child) => child.localName === 'title')
      const text = explanation(words?.textContent ?? '', this.#values)
      if ((old?.textContent ?? '') === text) continue
      old?.remove()
      if (!words || !text) continue
      const title = document.createElementNS(SVG, 'title')
      title.textContent = text
      group.prepend(title)
      words.style.pointerEvents = 'all'
    }
  }

  #groups(): Iterable<SVGElement> {
    return this.#plot.querySelectorAll<SVGElement>(GROUPS)
  }

  #signs(): string[] {
    const signs = [...this.#groups()].flatMap((group) =>
      symbolsInWords(group.querySelector('text')?.textContent ?? '').map(({ sign }) => sign),
    )
    return [...new Set(signs)]
  }
}

/** What the letters of a text mean and are, in plain words; empty where it has none. */
export function explanation(words: string, values: LetterValues = {}): string {
  return symbolsInWords(words)
    .map((symbol) => inWords(symbol, values[symbol.sign]))
    .join('\n\n')
}

function inWords(symbol: MathSymbol, value: string | undefined): string {
  const others = readingsOf(symbol).map(({ of, means }) => `${of}: ${means}`)
  const meaning = [`${symbol.sign}: ${symbol.meaning}`, ...others].join('\n').replaceAll('`', '')
  return value ? `${meaning}\n${value}` : meaning
}
