// What the extension offers to start from: the example notebooks, by file name and title.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './node.mjs'

/** @returns `{ file, title }` of every notebook in examples/, in the order of their names. */
export function exampleList() {
  const folder = join(root, 'examples')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.genbook'))
    .sort()
    .map((file) => {
      const { cells } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      const title = cells[0].source.join('').match(/^# (.+)$/m)?.[1]
      if (!title)
        throw new Error(`examples/${file} does not begin with a heading, which its title is taken from.`)
      return { file, title }
    })
}
