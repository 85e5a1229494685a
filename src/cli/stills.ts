/** Figures as pictures, drawn by a browser that is installed, for forms of a notebook that others cannot draw. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { findChromium } from '../../scripts/find-chromium.mjs'
import type { Json } from '../notebook'
import { readStills, stillsPage } from '../renderers/report'
import { built } from './built'

/** On the page's own clock, which runs ahead while nothing is to be done. */
const PAGE_MILLISECONDS = 600_000
/** A browser that hangs is ended. */
const BROWSER_MILLISECONDS = 300_000

/** Nothing of the page reaches a network: its policy forbids it, and this browser is told not to call home either. */
const FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-extensions',
  '--disable-sync',
]

/**
 * Draws figures in a browser.
 *
 * @param figures as a notebook stores them
 * @returns for each a PNG in base64, or null where it could not be drawn
 * @throws Error that says what to do where no browser is installed, or it fails
 */
export async function stillsOf(figures: readonly Json[]): Promise<(string | null)[]> {
  if (!figures.length) return []
  const browser = findChromium()
  if (!browser)
    throw new Error('no Chromium, Chrome or Edge was found to draw them (GENBOOK_CHROMIUM can name one)')
  const folder = await mkdtemp(join(tmpdir(), 'genbook-pictures-'))
  try {
    const page = join(folder, 'figures.html')
    await writeFile(page, stillsPage(figures, await built.report()))
    const profile = join(folder, 'profile')
    const flags = [...FLAGS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
    const { stdout } = await promisify(execFile)(
      browser,
      [
        ...flags,
        `--user-data-dir=${profile}`,
        `--virtual-time-budget=${PAGE_MILLISECONDS}`,
        '--dump-dom',
        pathToFileURL(page).href,
      ],
      { timeout: BROWSER_MILLISECONDS, maxBuffer: 2 ** 30 },
    )
    return readStills(stdout)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
