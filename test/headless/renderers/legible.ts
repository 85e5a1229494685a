import type { Page } from 'playwright-core'

/**
 * The texts on a page that contrast too little with what is behind them: by WCAG 2.2 at least 4.5 to 1, 3 to 1 where letters are
 * large. Controls that are switched off are exempt, and what a figure draws inside its axes is not looked at.
 *
 * @returns for each the text, its ratio and its colours.
 */
export function tooFaint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Color = readonly [red: number, green: number, blue: number, opacity: number]
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
    /** Any CSS colour in numbers: opacity from 0 to 1. */
    const parse = (text: string): Color => {
      context.clearRect(0, 0, 1, 1)
      context.fillStyle = text
      context.fillRect(0, 0, 1, 1)
      const [red = 0, green = 0, blue = 0, opacity = 0] = context.getImageData(0, 0, 1, 1).data
      return [red, green, blue, opacity / 255]
    }
    const over = (front: Color, back: Color, opacity = front[3]): Color => {
      const mix = (i: 0 | 1 | 2) => front[i] * opacity + back[i] * (1 - opacity)
      return [mix(0), mix(1), mix(2), 1]
    }
    const luminance = (color: Color): number => {
      const linear = (i: 0 | 1 | 2) => {
        const value = color[i] / 255
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
      }
      return 0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2)
    }
    const ratio = (a: Color, b: Color): number => {
      const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other)
      return (high + 0.05) / (low + 0.05)
    }
    /** From the page inwards. */
    const path = (element: Element): Element[] =>
      element.parentElement ? [...path(element.parentElement), element] : [element]

    const measure = (element: Element, text: string): string[] => {
      if (element.closest(':disabled, .plot, .trace, option, script, style, noscript, title')) return []
      const box = element.getBoundingClientRect()
      const style = getComputedStyle(element)
      if (box.width < 2 || box.height < 2 || style.visibility !== 'visible') return []
      let back: Color = [255, 255, 255, 1]
      let opacity = 1
      for (const ancestor of path(element)) {
        const { backgroundColor, opacity: own } = getComputedStyle(ancestor)
        opacity *= Number(own)
        back = over(parse(backgroundColor), back)
      }
      // Plotly puts a box behind the text of a note.
      const note = element.closest('.annotation-text-g')?.querySelector('rect.bg')
      if (note)
        back = over(parse(getComputedStyle(note).fill), back, Number(getComputedStyle(note).fillOpacity))
      const drawn = element.closest('svg') !== null
      const front = parse(drawn ? style.fill : style.color)
      const shown = over(front, back, front[3] * opacity * (drawn ? Number(style.fillOpacity) : 1))
      const size = parseFloat(style.fontSize)
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      const found = ratio(shown, back)
      const name = (color: Color) => `rgb(${color.slice(0, 3).map(Math.round).join(', ')})`
      return found < (large ? 3 : 4.5)
        ? [`${text} (${found.toFixed(2)}: ${name(shown)} on ${name(back)})`]
        : []
    }

    const found: string[] = []
    const fields = 'select, textarea, input:is([type=text], [type=number], [type=search], :not([type]))'
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node; node = texts.nextNode())
      if (node.textContent?.trim()) found.push(...measure(node.parentElement!, node.textContent.trim()))
    for (const field of document.querySelectorAll<HTMLInputElement>(fields))
      if (field.value) found.push(...measure(field, field.value))
    return found
  })
}
