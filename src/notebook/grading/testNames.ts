/** The tests that a cell's text names, as far as text tells. */

export interface NamedTest {
  readonly name: string
  /** From 1. */
  readonly line: number
}

const CALL = /\btest\s*(?:<[^()]*>)?\(\s*(?:(['"`])((?:(?!\1)[^\\\n$])*)\1)?/g

/** Calls of `test` whose first argument is a plain text. */
export function namedTests(source: string): NamedTest[] {
  return Array.from(source.matchAll(CALL)).flatMap((match) => {
    const [, quote, name = ''] = match
    return quote === undefined ? [] : [{ name, line: source.slice(0, match.index).split('\n').length }]
  })
}

/** Whether the text calls `test` at all. */
export function callsTest(source: string): boolean {
  return source.search(CALL) >= 0
}

/** The line, from 1, in which a test of that name is called. */
export function lineOfTest(source: string, name: string): number | undefined {
  return namedTests(source).find((test) => test.name === name)?.line
}
