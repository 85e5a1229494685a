// VS Code with a server: extensions run under Node on this machine, the workbench in a browser.
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { modernNode, root } from '../node.mjs'
import { endWithUs, startGroup } from '../processes.mjs'
import { codeServer } from './install.mjs'

/** What a quiet, reproducible VS Code is set to, in both kinds of host. */
export const settings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
}

/**
 * Starts code-server on a folder with extensions that are already unpacked.
 * @param options.extensions folders, each with one unpacked extension.
 * @param options.folder what VS Code opens.
 * @param options.port the port on 127.0.0.1; a free one by default.
 * @param options.settings more user settings.
 * @param options.log where VS Code's server writes what it has to say.
 * @returns the address to open, `stop`, and `ended`, which resolves when VS Code has ended.
 * @throws where it is not up within a minute, with the end of its log.
 */
export async function startServerHost({ extensions = [], folder, port, settings: more = {}, log }) {
  const data = mkdtempSync(join(tmpdir(), 'genbook-vscode-'))
  const number = port ?? (await freePort())
  mkdirSync(join(data, 'user/User'), { recursive: true })
  writeFileSync(join(data, 'user/User/settings.json'), JSON.stringify({ ...settings, ...more }, null, 2))
  const extensionsFolder = join(data, 'extensions')
  linkExtensions(extensions, extensionsFolder)
  const logFile = log ?? join(root, 'out/vscode-server.log')
  mkdirSync(dirname(logFile), { recursive: true })

  const { child, stop, ended } = startGroup(
    modernNode(),
    [
      join(codeServer, 'out/node/entry.js'),
      ...['--config', join(data, 'config.yaml'), '--auth', 'none', '--bind-addr', `127.0.0.1:${number}`],
      ...['--user-data-dir', join(data, 'user'), '--extensions-dir', extensionsFolder],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      // Server and window share this machine: compressing what they say to each other only costs time.
      ...['--vscode-option', 'disable-websocket-compression'],
      ...['--disable-getting-started-override', '--ignore-last-opened', resolve(folder)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: data, env: serverEnvironment() },
  )
  const release = endWithUs(() => rmSync(data, { recursive: true, force: true, maxRetries: 5 }))
  let said = ''
  const file = createWriteStream(logFile)
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said = (said + text).slice(-4000)
      file.write(text)
    })
  const address = `http://127.0.0.1:${number}/`
  const stopAll = async () => {
    await stop()
    file.end()
    rmSync(data, { recursive: true, force: true, maxRetries: 5 })
    release()
  }
  try {
    await answering(address, child)
  } catch (error) {
    await stopAll()
    throw new Error(`VS Code's server did not start: ${error.message}. It said:\n${said}`)
  }
  return { address, stop: stopAll, ended }
}

/** VS Code takes every folder of its extensions folder for an installed extension. */
function linkExtensions(extensions, folder) {
  mkdirSync(folder, { recursive: true })
  for (const extension of extensions)
    symlinkSync(resolve(extension), join(folder, basename(extension)), 'junction')
}

/** Ours, less what would make VS Code believe that it runs inside another VS Code. */
function serverEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name)),
  )
}

/** @returns a port on which nothing listens just now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Waits until an address answers, the process behind it ends, or a minute has passed. */
async function answering(address, child) {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('its process ended')
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(5000) })
      await response.arrayBuffer()
      if (response.ok) return
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${address} did not answer within a minute`)
}
