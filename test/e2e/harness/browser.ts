/** Chromium with a profile in which VS Code's webviews work, and the errors that its pages report. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { chromiumFlags, needChromium } from '../../../scripts/vscode-host/index.mjs'

export interface Browser {
  readonly page: Page
  /** What pages reported as errors since the start: uncaught exceptions and console errors. */
  readonly errors: string[]
  close(): Promise<void>
}

export async function launchBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'genbook-chromium-'))
  // Webviews are third parties to the workbench's page, and their service workers count as cookies.
  const preferences = { profile: { block_third_party_cookies: false, cookie_controls_mode: 0 } }
  mkdirSync(join(profile, 'Default'))
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(preferences))
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: await needChromium(),
    args: [...chromiumFlags],
    viewport: { width: 1400, height: 1000 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const errors: string[] = []
  const watch = (page: Page): void => {
    page.on('pageerror', (error) => errors.push(`uncaught: ${error.stack ?? error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error' && !expected(message.text())) errors.push(`console: ${message.text()}`)
    })
  }
  context.pages().forEach(watch)
  context.on('page', watch)
  return {
    page: context.pages()[0] ?? (await context.newPage()),
    errors,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** VS Code's own complaints about native modules and files that it does without here. */
function expected(text: string): boolean {
  return [
    /Could not locate the bindings file/,
    /Cannot find module '\.\.?\/(build|prebuilds)/,
    /Failed to load resource/,
    /Manifest fetch/,
    /Activating extension 'vscode\./,
    /authentication provider 'github'/,
  ].some((pattern) => pattern.test(text))
}
