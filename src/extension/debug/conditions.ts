import type { HitCondition } from '../../kernel/debug/protocol'

const HITS = /^\s*(={0,3}|>=?|<=?|%)\s*(\d+)\s*$/

/** A hit count as a person writes it: `3`, `> 3`, `% 3`. @returns undefined for anything else. */
export function hitCondition(text: string): HitCondition | undefined {
  const [, operator = '', digits] = HITS.exec(text) ?? []
  const count = Number(digits)
  if (digits === undefined || (operator === '%' && count === 0)) return undefined
  return { operator: /^=*$/.test(operator) ? '=' : (operator as HitCondition['operator']), count }
}

/** A logpoint's message in parts: text, and expressions in braces, which may have braces themselves. */
export function logParts(message: string): ({ readonly text: string } | { readonly expression: string })[] {
  const parts: ({ text: string } | { expression: string })[] = []
  let from = 0
  for (let at = message.indexOf('{'); at >= 0; at = message.indexOf('{', from)) {
    const end = closing(message, at)
    if (end === undefined) break
    if (at > from) parts.push({ text: message.slice(from, at) })
    const expression = message.slice(at + 1, end)
    parts.push(expression.trim() ? { expression } : { text: '{}' })
    from = end + 1
  }
  if (from < message.length) parts.push({ text: message.slice(from) })
  return parts
}

/** Where the brace that opens at `start` closes. */
function closing(text: string, start: number): number | undefined {
  let open = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') open++
    if (text[at] === '}' && --open === 0) return at
  }
  return undefined
}
