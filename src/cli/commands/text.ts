/** `genbook text`: what a person wrote in a notebook, for programs that compare texts. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { decodeText, parseNotebook, toTypeScript } from '../../notebook'
import { Status, UsageError } from '../failure'

const EXAMPLES = `
As a text conversion for git, once a machine:
  git config --global diff.genbook.textconv "genbook text"
and in the repository's .gitattributes:
  *.genbook diff=genbook`

export function addText(program: Command, finish: (status: number) => void): void {
  program
    .command('text')
    .description("print a notebook's cells without outputs and metadata, so that diffs are about content")
    .argument('<file>', 'the notebook')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string) => {
      process.stdout.write(await contentOf(path))
      finish(Status.ok)
    })
}

/** A file that is no notebook is printed as it is: a diff of something broken must still show it. */
async function contentOf(path: string): Promise<string> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new UsageError(`${path} could not be read: ${(error as Error).message}`)
  }
  try {
    return toTypeScript(parseNotebook(decodeText(bytes)).notebook)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
