/** A Chromium with pages that look to a renderer like VS Code's, and that see nothing of the network. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { chromium, type Browser, type Page } from 'playwright-core'
import { chromiumFlags, needChromium } from '../../../scripts/chromium.mjs'
import { loadedPlotly } from '../../../scripts/plotly.mjs'
import type { HostMessage, RendererMessage } from '../../../src/renderers/controls/messages'
import { PLOTLY_MIME } from '../../../src/renderers/figures'
import { joinProgram } from '../../../src/renderers/report'

const origin = 'http://genbook.test'

export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: await needChromium(), args: [...chromiumFlags] })
}

/** Plotly as it is shipped. */
const plotly = () => readFile(join(process.cwd(), 'dist/plotly.js'), 'utf8')

/** The renderer of outputs, which loads Plotly from the file beside it. */
export const bundleRenderer = () => bundle('src/renderers/output/main.ts', 'esm', "import './plotly.js'")

/** The program of a report, Plotly included. */
export async function bundleReport(): Promise<string> {
  return joinProgram(await Promise.all([plotly(), bundle('src/renderers/report/page.ts', 'iife')]))
}

/** Bundles a browser entry the way the product does. */
async function bundle(entry: string, format: 'esm' | 'iife', load = ''): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    keepNames: true,
    format,
    platform: 'browser',
    target: ['chrome120'],
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [loadedPlotly(load)],
  })
  return outputFiles[0]!.text
}

export interface Loaded {
  readonly page: Page
  /** Every address that the page asked for beyond its own files. */
  readonly requests: string[]
  /** Errors that nobody caught, and what was written to the console as an error. */
  readonly errors: string[]
}

/** Opens a page of this HTML, with these files beside it, and nothing else to reach. */
export async function open(
  browser: Browser,
  html: string,
  files: Readonly<Record<string, string>> = {},
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Loaded> {
  const page = await browser.newPage({ viewport: { width: 900, height: 700 }, ...options })
  // Longer than a busy machine takes: what is waited for comes, or the test has found something.
  page.setDefaultTimeout(120_000)
  const requests: string[] = []
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.route('**/*', async (route) => {
    const url = route.request().url()
    const file = url.startsWith(`${origin}/`) ? url.slice(origin.length + 1) : undefined
    if (file === '') return route.fulfill({ contentType: 'text/html', body: html })
    if (file !== undefined && files[file] !== undefined)
      return route.fulfill({ contentType: 'text/javascript', body: files[file] })
    requests.push(url)
    return route.abort()
  })
  await page.goto(`${origin}/`)
  return { page, requests, errors }
}

/** What VS Code's own themes set of the colours that outputs use. */
const themes = {
  light: {
    class: 'vscode-light',
    variables: variables('#ffffff', '#3b3b3b', {
      'charts-blue': '#1a85ff',
      descriptionForeground: '#3b3b3b',
      errorForeground: '#f85149',
      'button-secondaryBackground': '#e5e5e5',
      'button-secondaryForeground': '#3b3b3b',
      'dropdown-background': '#ffffff',
      'dropdown-foreground': '#3b3b3b',
      'progressBar-background': '#005fb8',
    }),
  },
  dark: {
    class: 'vscode-dark',
    variables: variables('#1f1f1f', '#cccccc', {
      'charts-blue': '#3794ff',
      descriptionForeground: '#9d9d9d',
      errorForeground: '#f85149',
      'button-secondaryBackground': '#00000000',
      'button-secondaryForeground': '#cccccc',
      'dropdown-background': '#313131',
      'dropdown-foreground': '#cccccc',
      'progressBar-background': '#0078d4',
    }),
  },
  contrast: {
    class: 'vscode-high-contrast',
    variables: variables('#000000', '#ffffff', {
      contrastBorder: '#6fc3df',
      focusBorder: '#f38518',
      descriptionForeground: 'rgba(255, 255, 255, 0.7)',
      errorForeground: '#f48771',
      'button-secondaryForeground': '#ffffff',
      'dropdown-background': '#000000',
      'dropdown-foreground': '#ffffff',
      'progressBar-background': '#6fc3df',
    }),
  },
  'light contrast': {
    class: 'vscode-high-contrast-light vscode-high-contrast',
    variables: variables('#ffffff', '#292929', {
      contrastBorder: '#0f4a85',
      focusBorder: '#006bbd',
      descriptionForeground: 'rgba(41, 41, 41, 0.7)',
      errorForeground: '#b5200d',
      'button-secondaryBackground': '#ffffff',
      'button-secondaryForeground': '#292929',
      'dropdown-background': '#ffffff',
      'dropdown-foreground': '#292929',
      'progressBar-background': '#0f4a85',
    }),
  },
} as const

function variables(background: string, foreground: string, others: Readonly<Record<string, string>>): string {
  const all = {
    'editor-background': background,
    'editor-foreground': foreground,
    foreground,
    'font-family': 'sans-serif',
    ...others,
  }
  return Object.entries(all)
    .map(([name, value]) => `--vscode-${name}:${value}`)
    .join(';')
}
export type Theme = keyof typeof themes
export const allThemes = Object.keys(themes) as Theme[]

/** The notebook's output page with the renderer in it. `show` renders an output item as VS Code would. */
export class OutputPage {
  readonly page: Page
  readonly requests: string[]
  readonly errors: string[]

  private constructor(loaded: Loaded) {
    this.page = loaded.page
    this.requests = loaded.requests
    this.errors = loaded.errors
  }

  /** @param csp a policy's element. @param messaging whether an extension is there, whose messages the test plays. */
  static async open(
    browser: Browser,
    renderer: string,
    csp = '',
    { messaging = false } = {},
  ): Promise<OutputPage> {
    const loaded = await open(
      browser,
      `<!doctype html><html style="${themes.light.variables}"><head><meta charset="utf-8">${csp}</head>
      <body class="${themes.light.class}" style="margin:12px;background:var(--vscode-editor-background);color:var(--vscode-editor-foreground);font:13px sans-serif">
      <div id="outputs"></div><script type="module" src="/harness.js"></script></body></html>`,
      {
        'renderer.js': renderer,
        'plotly.js': await plotly(),
        'harness.js': `
          import { activate } from '/renderer.js'
          const messaging = ${messaging} && {
            postMessage: (message) => window.posted.push(message),
            onDidReceiveMessage: (heard) => (window.receive = heard),
          }
          window.posted = []
          window.renderer = await activate({ setState() {}, getState() {}, workspace: { isTrusted: true }, ...messaging })
          window.render = async (id, text, mime) => {
            // What the driver itself calls may evaluate code whatever the page's policy; VS Code's calls may not.
            await new Promise((resolve) => setTimeout(resolve))
            let element = document.getElementById(id)
            if (!element) {
              element = document.createElement('div')
              element.id = id
              element.style.width = '100%'
              document.getElementById('outputs').append(element)
            }
            const json = () => JSON.parse(text)
            await window.renderer.renderOutputItem(
              { id, mime, text: () => text, json, metadata: {} },
              element,
              new AbortController().signal,
            )
          }`,
      },
    )
    await loaded.page.waitForFunction('window.render !== undefined')
    return new OutputPage(loaded)
  }

  async show(id: string, figure: unknown, mime = PLOTLY_MIME): Promise<void> {
    const text = typeof figure === 'string' ? figure : JSON.stringify(figure)
    await this.page.evaluate(
      ([id, text, mime]) => (window as unknown as Harness).render(id!, text!, mime!),
      [id, text, mime],
    )
  }

  /** What the renderer has told the extension since this was asked last. */
  async posted(): Promise<RendererMessage[]> {
    return this.page.evaluate(() => (window as unknown as Harness).posted.splice(0))
  }

  /** Says something as the extension. */
  async receive(message: HostMessage): Promise<void> {
    await this.page.evaluate((message) => (window as unknown as Harness).receive(message), message)
  }

  /** As it was when it was opened. */
  async clear(): Promise<void> {
    await this.page.setViewportSize({ width: 900, height: 700 })
    await this.page.mouse.move(0, 0)
    await this.page.evaluate(() => {
      ;(window as unknown as Harness).renderer.disposeOutputItem()
      document.getElementById('outputs')!.replaceChildren()
      scrollTo(0, 0)
    })
    await this.theme('light')
    this.requests.length = this.errors.length = 0
  }

  async theme(theme: Theme): Promise<void> {
    await this.page.evaluate(({ class: name, variables }) => {
      document.documentElement.style.cssText = variables
      document.body.className = name
    }, themes[theme])
  }
}

export interface Harness {
  render(id: string, text: string, mime: string): Promise<void>
  readonly posted: RendererMessage[]
  receive(message: HostMessage): void
  readonly renderer: { disposeOutputItem(id?: string): void }
}
