// Calls npm, whichever way this process was started, and turns its failures into sentences.
// Plain JavaScript without dependencies: it runs before set-up.
import { dirname, join } from 'node:path'
import { existsSync } from 'node:fs'
import { runQuietly } from './processes.mjs'

/** A registry that is down or far away is tried again after 1, 2, 4 and 8 seconds, not after minutes. */
const patience = [
  '--fetch-retries=4',
  '--fetch-retry-factor=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=8000',
]
const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--no-progress', '--loglevel=error']

/**
 * Runs npm in a folder, never running packages' install scripts.
 * @throws an error that says what failed and what to do about it.
 */
export async function npm(folder, ...args) {
  const [command, ...before] = npmCommand()
  const options = { cwd: folder, shell: command === 'npm' && process.platform === 'win32' }
  const { status, output } = await runQuietly(
    command,
    [...before, ...args, '--ignore-scripts', ...quiet, ...patience],
    options,
  )
  if (status) throw new Error(explain(`npm ${args.join(' ')}`, folder, output))
}

/** npm's own file where it started us or lies beside our Node; else the `npm` on the PATH. */
function npmCommand() {
  const beside = [
    process.env.npm_execpath,
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
    join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
  ]
  const found = beside.find((path) => path && /npm-cli\.js$/.test(path) && existsSync(path))
  return found ? [process.execPath, found] : ['npm']
}

function explain(command, folder, output) {
  const lines = output.split('\n').filter((line) => /\S/.test(line.replace(/^npm error/, '')))
  const shown = lines.length > 12 ? [...lines.slice(0, 10), '…', ...lines.slice(-2)] : lines
  return `\`${command}\` failed in ${folder}.\n${advice(output)}\nnpm said:\n${shown.join('\n')}`
}

function advice(output) {
  if (
    /E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH)|ERR_SOCKET_TIMEOUT/.test(
      output,
    )
  )
    return 'The package registry cannot be reached: check the network, or `npm config get registry proxy https-proxy`, and run the command again.'
  if (/EUSAGE|can only install packages when/.test(output))
    return 'package.json and package-lock.json do not agree: run `npm install`, and commit both files.'
  if (/ENOSPC/.test(output)) return 'The disk is full.'
  if (/EACCES|EPERM/.test(output)) return 'A file may not be written: check who owns the folder.'
  if (/ENOENT.*npm|npm: (command )?not found/.test(output))
    return 'npm was not found: install Node with npm, and run the command again.'
  return 'The lines below say why.'
}
