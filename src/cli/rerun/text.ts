/** Compares texts: words exactly, numbers within a tolerance. */
import type { Agreement } from './settings'

const NUMBER = /[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g
const LONGEST = 60

/** @returns what differs first, in words, or nothing */
export function textDifference(stored: string, now: string, agreement: Agreement): string | undefined {
  const before = lines(stored, agreement)
  const after = lines(now, agreement)
  for (const [index, line] of before.entries()) {
    const other = after[index]
    if (other === undefined) return `line ${index + 1} is missing: ${quoted(line)}`
    if (!sameLine(line, other, agreement))
      return `line ${index + 1}: ${quoted(line)} was stored, and ${quoted(other)} came back`
  }
  const more = after[before.length]
  return more === undefined ? undefined : `line ${before.length + 1} is new: ${quoted(more)}`
}

function lines(text: string, { noise }: Agreement): string[] {
  const quiet = noise.reduce((rest, each) => rest.replace(each, '…'), text.replace(/\r\n?/g, '\n'))
  return quiet.trimEnd().split('\n')
}

function sameLine(a: string, b: string, agreement: Agreement): boolean {
  if (a === b) return true
  if (a.replace(NUMBER, '0') !== b.replace(NUMBER, '0')) return false
  const numbers = (text: string) => text.match(NUMBER) ?? []
  const others = numbers(b)
  return numbers(a).every((number, i) => sameNumber(number, others[i] ?? '', agreement))
}

/** Numbers that were printed with few digits may differ in the last of them. */
function sameNumber(a: string, b: string, { relative, absolute }: Agreement): boolean {
  const [x, y] = [value(a), value(b)]
  const room = absolute + relative * Math.max(Math.abs(x), Math.abs(y))
  // A number without decimals is a count.
  const rounding = /[.eE]/.test(a + b) ? Math.max(lastPlace(a), lastPlace(b)) * 1.000001 : 0
  return Math.abs(x - y) <= Math.max(room, relative || absolute ? rounding : 0)
}

function value(number: string): number {
  return Number(number.replace('−', '-'))
}

/** The worth of a number's last digit: 0.01 of `1.25`. */
function lastPlace(number: string): number {
  const [digits = '', exponent = '0'] = number.split(/[eE]/)
  const decimals = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0
  return 10 ** (Number(exponent) - decimals)
}

function quoted(line: string): string {
  return JSON.stringify(line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line)
}
