// npm run package: builds everything and packs it as genbook-VERSION.vsix, without asking any server anything.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './node.mjs'

/** Builds dist/. @throws where something does not compile. */
export function build() {
  const { status } = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('The build failed: the lines above say where.')
}

/**
 * Packs what lies in dist/.
 * @param packagePath where to; by default genbook-VERSION.vsix in the project's folder.
 * @param quiet whether to leave out the list of what was packed.
 * @returns the path of the .vsix.
 */
export async function pack(packagePath = join(root, `genbook-${version()}.vsix`), { quiet = false } = {}) {
  // Loaded only here: it takes a second, and set-up must be able to import this file without it.
  mkdirSync(dirname(packagePath), { recursive: true })
  const { createVSIX } = await import('@vscode/vsce')
  // Everything is bundled, so node_modules stays out; where the sources are published is not the package's business, and
  // so links stay as they are.
  const say = console.log
  if (quiet) console.log = () => {}
  try {
    await createVSIX({
      cwd: root,
      packagePath,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    })
  } finally {
    console.log = say
  }
  return packagePath
}

function version() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // scripts/package.mjs [--quiet FILE]: with a file, packs what is already built.
  const [quiet, file] = process.argv.slice(2)
  if (quiet !== '--quiet') build()
  const made = await pack(file, { quiet: quiet === '--quiet' })
  if (quiet !== '--quiet')
    console.log(`${relative(root, made)}: ${(statSync(made).size / 1e6).toFixed(1)} MB`)
}
