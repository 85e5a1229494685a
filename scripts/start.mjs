// npm start [-- --no-open]: set-up, build, run the first example without an editor, and open VS Code on the examples.
// Plain JavaScript without dependencies, for Node 20.20 or later.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { modernNode, root } from './node.mjs'
import { run } from './processes.mjs'
import { setUp } from './setup.mjs'

const example = join(root, 'examples/01-first-diffusion.genbook')
const windows = process.platform === 'win32'

try {
  process.exitCode = await start(process.argv.slice(2))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

async function start(args) {
  const unknown = args.find((argument) => argument !== '--no-open')
  if (unknown) throw new Error(`npm start knows no ${unknown}; it knows --no-open: npm start -- --no-open`)

  await setUp()
  await build()
  const out = join(root, 'out/first-diffusion')
  const status = await run(
    modernNode(),
    ['dist/genbook.mjs', 'run', relative(root, example), '--out', relative(root, out), '--html'],
    { cwd: root },
  )
  if (status || args.includes('--no-open') || process.env.CI === 'true') return status
  console.log()
  return desktopCode() ? openDesktop(desktopCode()) : openInBrowser()
}

async function build() {
  const start = Date.now()
  const status = await run(modernNode(), ['esbuild.mjs'], { cwd: root })
  if (status) throw new Error('The build failed: the lines above say where.')
  console.log(`Built in ${((Date.now() - start) / 1000).toFixed(1)} s.`)
}

/** The path of desktop VS Code's command, where it is on the PATH. */
function desktopCode() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, windows ? 'code.cmd' : 'code')).find((path) => existsSync(path))
}

/** VS Code starts in a window of its own, with the extension from this folder, and this command ends. */
async function openDesktop(code) {
  console.log('Opening VS Code on the examples …')
  const args = [`--extensionDevelopmentPath=${root}`, join(root, 'examples'), example]
  const quoted = windows ? args.map((argument) => `"${argument}"`) : args
  return run(windows ? `"${code}"` : code, quoted, { shell: windows })
}

/** VS Code in the browser, served from this machine, until Ctrl-C. */
async function openInBrowser() {
  // Loaded only here: packing needs the project's own Node.
  const { installHost } = await import('./vscode-host/install.mjs')
  const { startServerHost } = await import('./vscode-host/server.mjs')
  const { unpackExtension } = await import('./vscode-host/unpack.mjs')
  console.log('There is no desktop VS Code on the PATH (no `code` command): using one in the browser.')
  await installHost()
  const folder = join(root, 'out/vscode')
  if (
    await run(modernNode(), ['scripts/package.mjs', '--quiet', join(folder, 'genbook.vsix')], { cwd: root })
  )
    return 1
  const extension = join(folder, 'genbook')
  unpackExtension(join(folder, 'genbook.vsix'), extension)
  const { address, ended } = await startServerHost({
    extensions: [extension],
    folder: join(root, 'examples'),
  })
  const opened = await showInBrowser(address)
  console.log(`VS Code is at ${address}${opened ? '' : ' (open it in a browser)'}. Ctrl-C ends it.`)
  await ended
  console.error('VS Code ended by itself: out/vscode-server.log may say why.')
  return 1
}

/** Opens the person's browser where there is a screen and a way to. @returns whether that worked. */
async function showInBrowser(address) {
  const screen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  if (!screen) return false
  const [command, ...args] = {
    darwin: ['open', address],
    win32: ['cmd', '/c', 'start', '""', address],
  }[process.platform] ?? ['xdg-open', address]
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true })
    child.on('error', () => resolve(false))
    child.on('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
