// Finds a Chromium (or Chrome, or Edge) for the tests, or installs Debian's where that is possible.
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runQuietly } from './processes.mjs'

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
]

/** Where installers put browsers that are not on the PATH. */
function usualPlaces() {
  if (process.platform === 'darwin')
    return ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  if (process.platform === 'win32')
    return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter(Boolean)
      .flatMap((folder) => [
        join(folder, 'Google/Chrome/Application/chrome.exe'),
        join(folder, 'Chromium/Application/chrome.exe'),
        join(folder, 'Microsoft/Edge/Application/msedge.exe'),
      ])
  return ['/snap/bin/chromium']
}

/**
 * @returns the path of an installed Chromium: the one that GENBOOK_CHROMIUM names, else the first on the PATH or in the
 * usual places; undefined where there is none.
 * @throws where GENBOOK_CHROMIUM names a file that cannot be run.
 */
export function findChromium() {
  const chosen = process.env.GENBOOK_CHROMIUM
  if (chosen) {
    if (runnable(chosen)) return chosen
    throw new Error(`GENBOOK_CHROMIUM names ${chosen}, which is no program that can be run.`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name + suffix)))
  return [...onPath, ...usualPlaces()].find(runnable)
}

function runnable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * An installed Chromium or, as root on Debian or Ubuntu, Debian's package, installed now.
 * @throws an error that says what to install.
 */
export async function needChromium() {
  const found = findChromium()
  if (found) return found
  const byHand =
    'Install Chromium or Chrome (on Debian: `apt-get install chromium`), or name one in GENBOOK_CHROMIUM, and run the command again.'
  const root = process.getuid?.() === 0
  if (!root || !existsSync('/usr/bin/apt-get'))
    throw new Error(`The end-to-end tests need Chromium, and none is installed. ${byHand}`)
  console.log("Set-up: installing Debian's Chromium package …")
  const start = Date.now()
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update'],
    ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'],
  ]) {
    const { status, output } = await runQuietly('apt-get', ['-q', ...args], { env })
    if (status)
      throw new Error(
        `\`apt-get ${args.join(' ')}\` failed. ${byHand}\napt-get said:\n${output.trim().split('\n').slice(-8).join('\n')}`,
      )
  }
  console.log(`Set-up: Chromium installed in ${((Date.now() - start) / 1000).toFixed(0)} s.`)
  const installed = findChromium()
  if (!installed) throw new Error(`Debian's package brought no browser that can be run. ${byHand}`)
  return installed
}

/** What Chromium is started with wherever Genbook starts it: WebGPU on a software adapter, and no calls home. */
export const chromiumFlags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--no-first-run',
]

/**
 * The driver description of Chromium's software Vulkan device, with which WebGPU runs under Node on a machine without
 * a GPU; undefined where this Chromium brings none.
 */
export function softwareVulkan(chromium = findChromium()) {
  if (!chromium) return undefined
  const folders = [
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
    join(chromium, '..'),
  ]
  return folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((file) => existsSync(file))
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await needChromium().catch((error) => error.message))
