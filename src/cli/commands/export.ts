/** `genbook export`: a notebook in another form, with the outputs that it has. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, extname, join, basename, resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { CELL_GLOBALS } from '../../kernel/language/globals'
import {
  figuresWithoutPicture,
  genbookMetadata,
  projectFiles,
  RUNTIME_FILES,
  RUNTIME_FOLDER,
  toIpynb,
  toValidTypeScript,
  weightFiles,
  withPictures,
  type Notebook,
} from '../../notebook'
import { built, version } from '../built'
import { Status, UsageError } from '../failure'
import { withLanguage } from '../language'
import { readNotebook, type NotebookFile } from '../notebook'
import { reportHtml } from '../report'
import { stillsOf } from '../stills'

interface ExportOptions {
  readonly ipynb?: true
  readonly html?: true
  readonly ts?: true
  readonly project?: string
  readonly out?: string
}

const EXAMPLES = `
Examples:
  genbook export homework.genbook --html                  writes homework.html beside it
  genbook export homework.genbook --ipynb --out for/jupyter.ipynb
  genbook export homework.genbook --ts
  genbook export homework.genbook --project homework      a folder with TypeScript and what runs it`

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
    .addOption(
      new Option(
        '--project <folder>',
        'a new folder with the TypeScript, a package.json and the runtime',
      ).conflicts(['ipynb', 'html', 'ts', 'out']),
    )
    .option('--out <path>', 'the file to write')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: ExportOptions) => {
      await exportNotebook(path, options)
      finish(Status.ok)
    })
}

async function exportNotebook(path: string, { ipynb, html, ts, project, out }: ExportOptions): Promise<void> {
  if (project !== undefined) return exportProject(await readNotebook(path), project)
  const form = ipynb ? 'ipynb' : html ? 'html' : ts ? 'ts' : undefined
  if (!form) throw new UsageError('say which form to export: --ipynb, --html, --ts or --project.')
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
    case 'ts':
      return typescriptOf(file)
  }
}

function typescriptOf({ notebook }: NotebookFile): Promise<string> {
  return withLanguage((language) => toValidTypeScript(notebook, (id, source) => language.compile(id, source)))
}

/** @param folder is made; one with something in it is left alone */
async function exportProject(file: NotebookFile, folder: string): Promise<void> {
  const present = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new UsageError(`${folder} cannot be used: ${error.message}`)
  })
  if (present.length) throw new UsageError(`${folder} is not empty; name a new folder.`)
  const files = projectFiles({
    title: basename(file.path, extname(file.path)),
    typescript: await typescriptOf(file),
    seed: genbookMetadata(file.notebook).seed,
    version: version(),
    types: JSON.parse(await built.types()) as Record<string, string>,
    globals: CELL_GLOBALS,
  })
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const weights = weightFiles(files.get('notebook.ts')!).filter((name) =>
    existsSync(join(built.folder, name)),
  )
  for (const name of [...RUNTIME_FILES, ...weights]) {
    const target = join(folder, RUNTIME_FOLDER, name)
    await mkdir(dirname(target), { recursive: true })
    await copyFile(join(built.folder, name), target)
  }
  console.log(folder)
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
