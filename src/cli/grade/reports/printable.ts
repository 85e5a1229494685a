/** Untrusted text made fit to be shown: nothing in it moves a cursor, rings a bell, hides or turns around what stands beside it. */

// Controls, marks that are not seen or reorder what is, and what XML forbids; all but tab, line feed and the joiners of letters.
const unprintable = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff]/gu

/**
 * The text with every control character, invisible mark and half surrogate replaced by something visible. Tabs and line
 * feeds stay; other line ends become line feeds.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|\u2028|\u2029|\x85/g, '\n')
    .replace(unprintable, pictureOf)
}

function pictureOf(character: string): string {
  const code = character.codePointAt(0)!
  // Unicode has pictures of the C0 controls.
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
}

/**
 * The text in one line of at most `limit` characters, for terminals, tables and logs. It cannot be taken for a command to
 * GitHub Actions, which reads them from whatever a step prints (`::name::` at the start of a line, `##[name]` anywhere).
 */
export function oneLine(text: string, limit = 200): string {
  const line = printable(text).replace(/\s+/g, ' ').trim().replace(/^::/, ': :').replaceAll('##[', '# #[')
  return shortened(line, limit)
}

/** At most `limit` UTF-16 units, with an ellipsis where something was cut; never half a character. */
export function shortened(text: string, limit: number): string {
  return text.length <= limit
    ? text
    : `${text
        .slice(0, limit - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`
}

/** Points as people write them: `2`, `1.5`, `0.33`. */
export function pointsText(points: number): string {
  return String(Math.round(points * 100) / 100)
}
