// Set-up: installs the locked packages when what is installed is not what the lock file says. Everything that a person
// runs calls it first, so nobody has to remember it. Plain JavaScript without dependencies, for Node 20.20 or later.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './node.mjs'
import { npm } from './npm.mjs'

/**
 * Makes node_modules match package-lock.json; does nothing, in a few milliseconds, where it already does.
 * @throws an error with what to do, for instance where there is no network.
 */
export async function setUp() {
  const wrong = firstDifference(root)
  if (!wrong) return
  console.log(`Set-up: installing packages (${wrong}) …`)
  const start = Date.now()
  await npm(root, 'ci')
  const still = firstDifference(root)
  if (still) throw new Error(`Set-up finished, but ${still}. Delete node_modules and run the command again.`)
  console.log(`Set-up: done in ${((Date.now() - start) / 1000).toFixed(0)} s.`)
}

/**
 * Compares a lock file with the record that npm keeps of what it installed.
 * @returns the first thing that is missing or another version, in words; undefined where all is as locked.
 */
export function firstDifference(folder) {
  const locked = packages(join(folder, 'package-lock.json'))
  if (!locked)
    throw new Error(`${join(folder, 'package-lock.json')} is missing: restore it from the repository.`)
  const installed = packages(join(folder, 'node_modules/.package-lock.json'))
  if (!installed) return 'none are installed'
  for (const [path, { version, integrity, optional, peer, link }] of Object.entries(locked)) {
    if (!path || link) continue
    const present = installed[path]
    const name = path.replace(/^.*node_modules\//, '')
    // Optional packages are absent where they do not fit the machine.
    if (!present && (optional || peer)) continue
    if (!present || !existsSync(join(folder, path, 'package.json'))) return `${name} is not installed`
    if (present.version !== version || present.integrity !== integrity)
      return `${name} is ${present.version}, and ${version} is locked`
  }
  return undefined
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await setUp().catch((error) => {
    console.error(error.message)
    process.exit(1)
  })
