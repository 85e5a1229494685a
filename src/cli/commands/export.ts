/** `genbook export`: a notebook in another form, with the outputs that it has. */
import { writeFile } from 'node:fs/promises'
import { dirname, extname, join, basename, resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { LanguageClient } from '../../kernel/language/client'
import { figuresWithoutPicture, toIpynb, toTypeScript, withPictures, type Notebook } from '../../notebook'
import { Status, UsageError } from '../failure'
import { withLanguage } from '../language'
import { codeCells, readNotebook, type NotebookFile } from '../notebook'
import { reportHtml } from '../report'
import { stillsOf } from '../stills'

interface ExportOptions {
  readonly ipynb?: true
  readonly html?: true
  readonly ts?: true
  readonly out?: string
}

const EXAMPLES = `
Examples:
  genbook export homework.genbook --html                  writes homework.html beside it
  genbook export homework.genbook --ipynb --out for/jupyter.ipynb
  genbook export homework.genbook --ts`

export function addExport(program: Command, finish: (status: number) => void): void {
  program
    .command('export')
    .description('write a notebook in another form, with the outputs that are in it; nothing is run')
    .argument('<file>', 'the notebook')
    .addOption(new Option('--ipynb', 'a notebook for Jupyter').conflicts(['html', 'ts']))
    .addOption(
      new Option('--html', 'a page that needs nothing else, with live figures').conflicts(['ipynb', 'ts']),
    )
    .addOption(new Option('--ts', 'one TypeScript file').conflicts(['ipynb', 'html']))
    .option('--out <path>', 'the file to write')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: ExportOptions) => {
      await exportNotebook(path, options)
      finish(Status.ok)
    })
}

async function exportNotebook(path: string, { ipynb, html, ts, out }: ExportOptions): Promise<void> {
  const form = ipynb ? 'ipynb' : html ? 'html' : ts ? 'ts' : undefined
  if (!form) throw new UsageError('say which form to export: --ipynb, --html or --ts.')
  const target = out ?? join(dirname(path), `${basename(path, extname(path))}.${form}`)
  if (resolve(target) === resolve(path))
    throw new UsageError(`${target} is the notebook itself; name another file.`)
  const file = await readNotebook(path)
  const text = await convert(file, form)
  try {
    await writeFile(target, text)
  } catch (error) {
    throw new UsageError(`${target} could not be written: ${(error as Error).message}`)
  }
  console.log(target)
}

async function convert(file: NotebookFile, form: 'ipynb' | 'html' | 'ts'): Promise<string> {
  switch (form) {
    case 'ipynb':
      return toIpynb(await illustrated(file.notebook), file)
    case 'html':
      return reportHtml(file.notebook, file.path)
    case 'ts': {
      const valid = await withLanguage((language) => validSources(file, language))
      return toTypeScript(file.notebook, (source) => !source.trim() || valid.has(source))
    }
  }
}

/** The notebook with pictures beside its figures, as far as there is something here to draw them; says where not. */
async function illustrated(notebook: Notebook): Promise<Notebook> {
  const figures = figuresWithoutPicture(notebook)
  try {
    return withPictures(notebook, await stillsOf(figures))
  } catch (error) {
    console.error(
      `genbook: ${figures.length} figures have no picture beside them, which Jupyter shows only with Plotly's extension: ${(error as Error).message}`,
    )
    return notebook
  }
}

/** The sources of the cells that compile. */
async function validSources(file: NotebookFile, language: LanguageClient): Promise<Set<string>> {
  const valid = new Set<string>()
  for (const { cell } of codeCells(file))
    if ((await language.compile(cell.id, cell.source)).ok) valid.add(cell.source)
  return valid
}
