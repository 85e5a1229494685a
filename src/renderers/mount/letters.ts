/** Says what the letters in a picture mean, where the mouse rests on them: in its legend and the titles of its axes. */
import { readingsOf, symbolsInWords, type MathSymbol } from '../symbols'

const SVG = 'http://www.w3.org/2000/svg'
/** The groups around the words that Plotly draws: entries of the legend, titles, and names of panels. */
const GROUPS = '.legend .traces, .infolayer [class^="g-"][class$="title"], .annotation-text-g'

/** @param plot drawn by Plotly; called after every drawing, which puts new words in. */
export function explainLetters(plot: Element): void {
  for (const group of plot.querySelectorAll<SVGElement>(GROUPS)) {
    const words = group.querySelector<SVGElement>('text')
    const old = [...group.children].find((child) => child.localName === 'title')
    const text = explanation(words?.textContent ?? '')
    if ((old?.textContent ?? '') === text) continue
    old?.remove()
    if (!words || !text) continue
    const title = document.createElementNS(SVG, 'title')
    title.textContent = text
    group.prepend(title)
    words.style.pointerEvents = 'all'
  }
}

/** What the letters of a text mean, in plain words; empty where it has none. */
export function explanation(words: string): string {
  return symbolsInWords(words).map(inWords).join('\n\n')
}

function inWords(symbol: MathSymbol): string {
  const others = readingsOf(symbol).map(({ of, means }) => `${of}: ${means}`)
  return [`${symbol.sign}: ${symbol.meaning}`, ...others].join('\n').replaceAll('`', '')
}
