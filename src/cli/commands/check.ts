/** `genbook check`: whether notebooks are well formed and their cells correct, without running anything. */
import type { Command } from 'commander'
import { LanguageError, type LanguageClient } from '../../kernel/language/client'
import { Status, UsageError } from '../failure'
import { withLanguage } from '../language'
import { SourceLocator } from '../locate'
import { codeCells, readNotebook, type NotebookFile } from '../notebook'
import { counted } from '../words'

const EXAMPLES = `
Every error is one line, FILE:LINE:COLUMN: error: MESSAGE, with the place in the notebook's own text, as editors and
terminals follow it, and the cell and the line in it after the message. Types are those of the cells in document order.

Examples:
  genbook check homework.genbook
  genbook check week*.genbook && git commit`

export function addCheck(program: Command, finish: (status: number) => void): void {
  program
    .command('check')
    .description('look for errors in notebooks and in the types of their cells, without running them')
    .argument('<file...>', 'notebooks')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[]) => finish(await check(paths)))
}

async function check(paths: readonly string[]): Promise<number> {
  return withLanguage(async (language) => {
    let status: number = Status.ok
    let errors = 0
    let unreadable = 0
    for (const path of paths) {
      try {
        const problems = await problemsOf(await readNotebook(path), language)
        for (const problem of problems) console.log(line(path, problem))
        errors += problems.filter(({ category }) => category === 'error').length
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        console.log(error.message)
        status = Status.bad
        unreadable++
      }
    }
    const checked = paths.length - unreadable
    if (checked)
      console.error(`${errors ? counted(errors, 'error') : 'No errors'} in ${counted(checked, 'notebook')}.`)
    if (unreadable) console.error(`${counted(unreadable, 'file')} could not be checked.`)
    return status || (errors ? Status.failed : Status.ok)
  })
}

interface Problem {
  readonly line: number
  readonly column: number
  readonly category: 'error' | 'warning'
  readonly message: string
  readonly place: string
}

async function problemsOf(file: NotebookFile, language: LanguageClient): Promise<Problem[]> {
  const cells = codeCells(file)
  const numbers = new Map(cells.map(({ cell, number }) => [cell.id, number]))
  const locator = new SourceLocator(file.text)
  const texts = cells.map(({ cell: { id, source }, number }) => ({ id, source, name: `cell ${number}` }))
  const found = await language.check(file.path, texts).catch((error: unknown) => {
    if (error instanceof LanguageError) throw new UsageError(`${file.path}: ${error.message}`)
    throw error
  })
  await language.close(file.path)
  const warnings = file.warnings.map(({ line, column, path, message }): Problem => {
    return { line, column, category: 'warning', message: `${path}: ${message}`, place: '' }
  })
  const inCells = found.map(({ cell, start, line, message, category }): Problem => {
    const number = numbers.get(cell)!
    const { line: fileLine, column } = locator.position(number - 1, start)
    return { line: fileLine, column, category, message, place: ` (cell ${number}, line ${line})` }
  })
  return [...warnings, ...inCells]
}

function line(path: string, { line, column, category, message, place }: Problem): string {
  const [first, ...rest] = message.split('\n')
  return [
    `${path}:${line}:${column}: ${category}: ${first}${place}`,
    ...rest.map((text) => `    ${text}`),
  ].join('\n')
}
