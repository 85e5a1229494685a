// Finds a Chromium (or Chrome, or Edge) for the tests, or installs Debian's where that is possible.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findChromium } from './find-chromium.mjs'
import { runQuietly } from './processes.mjs'

export { findChromium }

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

/**
 * What WebGPU under Node is started with, so that it finds Chromium's software device and, where the system has none, Chromium's Vulkan
 * loader.
 *
 * @param folder where Vulkan may put what belongs to the session.
 */
export function softwareGpuEnvironment(folder) {
  const { VK_ICD_FILENAMES, LD_LIBRARY_PATH, XDG_RUNTIME_DIR } = process.env
  const driver = softwareVulkan()
  if (!driver) return { XDG_RUNTIME_DIR: XDG_RUNTIME_DIR ?? folder }
  return {
    VK_ICD_FILENAMES: VK_ICD_FILENAMES ?? driver,
    LD_LIBRARY_PATH: [LD_LIBRARY_PATH, dirname(driver)].filter(Boolean).join(':'),
    XDG_RUNTIME_DIR: XDG_RUNTIME_DIR ?? folder,
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await needChromium().catch((error) => error.message))
