// Installs the VS Code that runs in a browser, for the tests and for `npm start` without a desktop VS Code: code-server
// from npm, and the packages that its own install script would fetch, all without running anybody's install scripts.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../node.mjs'
import { npm } from '../npm.mjs'
import { firstDifference } from '../setup.mjs'

const folder = join(root, 'test/vscode-host')

/** About how much the download unpacks to, Node included, for people who are asked to wait for it. */
export const hostSize = '0.8 GB'

/** The folder of code-server, and in it VS Code's own, with the workbench and the built-in extensions. */
export const codeServer = join(folder, 'node_modules/code-server')
export const codeFolder = join(codeServer, 'lib/vscode')

/** VS Code's file-system provider for a workspace that a web server serves. */
export const fileSystemProvider = join(folder, 'node_modules/@vscode/test-web/fs-provider')

const stamp = join(folder, 'node_modules/.genbook-lock')

/** Whether the host is installed as locked. */
export function hostInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lock() && firstDifference(folder) === undefined
}

/** Installs the host unless it is there. @throws an error with what to do, for instance where there is no network. */
export async function installHost() {
  if (hostInstalled()) return
  console.log(`Set-up: installing VS Code for the browser, ${hostSize} on disk …`)
  const start = Date.now()
  await npm(folder, 'ci')
  // VS Code's own packages: code-server brings their lock file, which `npm ci` refuses for a few optional ones.
  for (const own of [codeFolder, join(codeFolder, 'extensions')]) await npm(own, 'install', '--omit=dev')
  writeFileSync(stamp, lock())
  console.log(`Set-up: VS Code installed in ${((Date.now() - start) / 1000).toFixed(0)} s.`)
}

function lock() {
  return readFileSync(join(folder, 'package-lock.json'), 'utf8')
}
