// npm run train -- NAME [--steps N] [--save-every N] [--out FOLDER] [--measure]: trains a shipped model by scripts/train/NAME.ts, and writes its
// weights and its card into media/weights. A training that was stopped goes on where it was last saved, with the same numbers as if it had not been;
// --measure only measures the weights again.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { testBundle } from './bundle-tests.mjs'
import { root } from './node.mjs'

const folder = join(root, 'scripts/train')
const [name, ...rest] = process.argv.slice(2)
if (!name || !existsSync(join(folder, `${name}.ts`))) {
  const names = readdirSync(folder)
    .filter((file) => file.includes('-'))
    .map((file) => file.replace(/\.ts$/, ''))
  console.error(
    `npm run train -- NAME [--steps N] [--save-every N] [--out FOLDER] [--measure], where NAME is one of ${names.join(', ')}`,
  )
  process.exit(2)
}
const outfile = join(root, 'out/train', `${name}.mjs`)
await esbuild.build({
  ...testBundle,
  stdin: {
    contents: `import recipe from './${name}'
import { run } from './run'
await run(recipe, ${JSON.stringify(root)}, ${JSON.stringify(rest)})`,
    resolveDir: folder,
    loader: 'ts',
  },
  outfile,
})
await import(pathToFileURL(outfile).href)
