// Finds PostgreSQL's programs for the tests of the grading queue, or installs Debian's where that is possible.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runQuietly } from './processes.mjs'

/**
 * @returns the folder that holds `initdb` and `postgres`: the one that GENBOOK_POSTGRES names, else the first on the PATH
 * or in Debian's place; undefined where there is none.
 * @throws where GENBOOK_POSTGRES names a folder without them.
 */
export function findPostgres() {
  const chosen = process.env.GENBOOK_POSTGRES
  if (chosen) {
    if (complete(chosen)) return chosen
    throw new Error(`GENBOOK_POSTGRES names ${chosen}, where initdb and postgres are not.`)
  }
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  return [
    ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
    ...versions.map((version) => join(debian, version, 'bin')),
  ].find(complete)
}

function complete(folder) {
  try {
    for (const name of ['initdb', 'postgres']) accessSync(join(folder, name), constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * The folder of PostgreSQL's programs or, as root on Debian or Ubuntu, of Debian's package, installed now.
 * @throws an error that says what to install.
 */
export async function needPostgres() {
  const found = findPostgres()
  if (found) return found
  const byHand =
    'Install PostgreSQL 13 or later (on Debian: `apt-get install postgresql`), or name the folder of its programs in GENBOOK_POSTGRES, and run the command again.'
  const root = process.getuid?.() === 0
  if (!root || !existsSync('/usr/bin/apt-get'))
    throw new Error(`The tests of the grading queue need PostgreSQL, and none is installed. ${byHand}`)
  console.log("Set-up: installing Debian's PostgreSQL package …")
  // The package would make a database and start it; the tests make their own.
  mkdirSync('/etc/postgresql-common', { recursive: true })
  writeFileSync('/etc/postgresql-common/createcluster.conf', 'create_main_cluster = false\n')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update'],
    ['install', '-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold', 'postgresql'],
  ]) {
    const { status, output } = await runQuietly('apt-get', ['-q', ...args], { env })
    if (status)
      throw new Error(
        `\`apt-get ${args.join(' ')}\` failed. ${byHand}\napt-get said:\n${output.trim().split('\n').slice(-8).join('\n')}`,
      )
  }
  const installed = findPostgres()
  if (!installed) throw new Error(`Debian's package brought no PostgreSQL that can be run. ${byHand}`)
  return installed
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await needPostgres().catch((error) => error.message))
