// Finds bubblewrap, which the grader's sandbox is made of, or installs Debian's where that is possible.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { runQuietly } from './processes.mjs'

/** Whether bubblewrap is on the PATH. */
export function hasBubblewrap() {
  return spawnSync('bwrap', ['--version']).status === 0
}

let installing

/**
 * Makes sure that there is bubblewrap: as root on Debian or Ubuntu it is installed where it is missing.
 * @throws an error that says what to install.
 */
export function needBubblewrap() {
  return (installing ??= install())
}

async function install() {
  if (hasBubblewrap()) return
  const byHand = 'Install bubblewrap (on Debian: `apt-get install bubblewrap`) and run the command again.'
  if (process.platform !== 'linux') throw new Error('The tests of the grading sandbox need Linux.')
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(`The tests of grading need bubblewrap, and it is not installed. ${byHand}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'bubblewrap']]) {
    // Another test file may be installing it at the same time: apt waits for the other.
    const { status, output } = await runQuietly('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      env,
    })
    if (status && !hasBubblewrap())
      throw new Error(
        `\`apt-get ${args.join(' ')}\` failed. ${byHand}\napt-get said:\n${output.trim().split('\n').slice(-8).join('\n')}`,
      )
  }
  if (!hasBubblewrap()) throw new Error(`Debian's package brought no bubblewrap that works. ${byHand}`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await needBubblewrap().then(
    () => console.log('bubblewrap is installed.'),
    (error) => console.log(error.message),
  )
