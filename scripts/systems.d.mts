export interface Judged {
  readonly name: string
  readonly problems: readonly string[]
}

export function exampleTest(example: string): string

export function judgeSystems(
  passed: ReadonlySet<string>,
  pages: Readonly<Record<string, string>>,
  cellsOf: (path: string) => readonly string[] | undefined,
): Judged[]
