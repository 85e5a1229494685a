/** A running VS Code: started with or without a server, driven by mouse and keyboard and through its extension API. */
import type * as Api from 'vscode'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Frame, Locator, Page } from 'playwright-core'
import { root, startServerHost, startWebHost, type RunningHost } from '../../../scripts/vscode-host/index.mjs'
import { launchBrowser, type Browser } from './browser'
import { DriverChannel } from './channel'
import { NotebookUnderTest } from './notebook'
import { until, type Patience } from './wait'

/** `server`: extensions under Node, as on a desktop. `web`: extensions in the browser, as on vscode.dev. */
export type HostKind = 'server' | 'web'

export interface StartOptions {
  readonly host: HostKind
  /** Folders with unpacked extensions. */
  readonly extensions: readonly string[]
  readonly settings?: Readonly<Record<string, unknown>>
}

const testSettings = {
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'files.autoSave': 'off',
  'files.hotExit': 'off',
  'editor.minimap.enabled': false,
}

export class VSCodeUnderTest {
  readonly kind: HostKind
  /** The folder that was opened; in the web host, what is written to it stays in the page. */
  readonly workspace: string
  /** Errors that pages reported in this scenario, less those that VS Code always reports. */
  readonly errors: string[]
  readonly #browser: Browser
  readonly #channel: DriverChannel
  readonly #host: RunningHost
  readonly #folders: readonly string[]
  readonly #changedSettings = new Set<string>()

  private constructor(
    kind: HostKind,
    folders: readonly [workspace: string, driver: string],
    browser: Browser,
    channel: DriverChannel,
    host: RunningHost,
  ) {
    this.kind = kind
    this.workspace = folders[0]
    this.#folders = folders
    this.#browser = browser
    this.errors = browser.errors
    this.#channel = channel
    this.#host = host
  }

  /** Starts VS Code on an empty folder, and waits until extensions run. */
  static async start({ host: kind, extensions, settings = {} }: StartOptions): Promise<VSCodeUnderTest> {
    const workspace = mkdtempSync(join(tmpdir(), 'genbook-workspace-'))
    const channel = await DriverChannel.open()
    const driver = stageDriver(channel.address)
    const host = await (kind === 'web' ? startWebHost : startServerHost)({
      extensions: [...extensions, driver],
      folder: workspace,
      settings: { ...testSettings, ...settings },
    })
    const browser = await launchBrowser()
    const code = new VSCodeUnderTest(kind, [workspace, driver], browser, channel, host)
    try {
      // A busy machine takes its time to load VS Code.
      await browser.page.goto(host.address, { timeout: 180_000 })
      await code.#up()
    } catch (error) {
      await code.screenshot('start')
      await code.stop()
      throw error
    }
    return code
  }

  async stop(): Promise<void> {
    await this.#channel.close()
    await this.#browser.close()
    await this.#host.stop()
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }

  get page(): Page {
    return this.#browser.page
  }

  /** Loads the page again, as the browser's button does: extensions and webviews start anew. */
  async reload(): Promise<void> {
    this.#channel.forget()
    // VS Code asks before it lets go of unsaved work.
    this.page.once('dialog', (dialog) => void dialog.accept())
    await this.page.reload()
    await this.#up()
  }

  async #up(): Promise<void> {
    await this.page.waitForSelector('.monaco-workbench', { timeout: 180_000 })
    await this.#channel.ready()
  }

  // ------------------------------------------------------------------------------------------- the extension API

  /**
   * Runs a function in VS Code's extension host, with its API as the first argument.
   * @param run sent as source text: it sees its arguments and nothing else of the test.
   * @param args JSON; the result is JSON too.
   */
  async evaluate<A extends readonly unknown[], R>(
    run: (vscode: typeof Api, ...args: A) => R | PromiseLike<R>,
    ...args: A
  ): Promise<R> {
    return (await this.#channel.evaluate(run.toString(), args)) as R
  }

  /** Writes a file of the workspace; folders on the way are made. */
  async writeFile(path: string, text: string): Promise<void> {
    await this.evaluate(
      async (vscode, path, text) => {
        const folder = vscode.workspace.workspaceFolders![0]!.uri
        await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, path), new TextEncoder().encode(text))
      },
      path,
      text,
    )
  }

  /** The text of a file of the workspace, as it is stored. */
  async readFile(path: string): Promise<string> {
    return this.evaluate(async (vscode, path) => {
      const folder = vscode.workspace.workspaceFolders![0]!.uri
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, path)))
    }, path)
  }

  /** Changes a user setting; the scenario's end takes it back. */
  async setSetting(name: string, value: unknown): Promise<void> {
    this.#changedSettings.add(name)
    await this.evaluate(
      async (vscode, name, value) => {
        await vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global)
      },
      name,
      value,
    )
  }

  async resetSettings(): Promise<void> {
    for (const name of this.#changedSettings) await this.setSetting(name, undefined)
    this.#changedSettings.clear()
  }

  // ------------------------------------------------------------------------------------------- editors

  /** Opens a file as VS Code does when it is clicked, and waits for a notebook's cells. */
  async openNotebook(path: string): Promise<NotebookUnderTest> {
    await this.openFile(path)
    const notebook = new NotebookUnderTest(this, path)
    await until(`the notebook ${path} to open`, async () => {
      const trust = this.page.getByRole('button', { name: 'Open Notebook' })
      if (await trust.count()) {
        // VS Code in the browser asks once whether the authors are trusted.
        await this.page.getByText("Don't ask me again").click({ timeout: 2000 })
        await trust.click({ timeout: 2000 })
      }
      if (!(await notebook.isActive())) return false
      const editor = this.page.locator(await this.activeNotebookElement())
      const rows = editor.locator('.monaco-list-row')
      return (await notebook.cells()).length === 0 || (await rows.count()) > 0
    })
    return notebook
  }

  /** A notebook that something else has opened, by the end of its path. */
  notebookAt(path: string): NotebookUnderTest {
    return new NotebookUnderTest(this, path.replace(/^\//, ''))
  }

  /** Opens a file of the workspace in whatever editor VS Code chooses for it. */
  async openFile(path: string): Promise<void> {
    await this.evaluate((vscode, path) => {
      const folder = vscode.workspace.workspaceFolders![0]!.uri
      // Not awaited: it resolves only after dialogs are answered.
      void vscode.commands.executeCommand('vscode.open', vscode.Uri.joinPath(folder, path), {
        preview: false,
      })
    }, path)
  }

  /** Closes every editor, throwing unsaved changes away. */
  async closeAllEditors(): Promise<void> {
    // Not awaited there: VS Code asks about each unsaved editor, also about one that becomes so only now.
    await this.evaluate((vscode) => void vscode.commands.executeCommand('workbench.action.closeAllEditors'))
    const discard = this.page.locator('.monaco-dialog-box').getByRole('button', { name: "Don't Save" })
    await until('every editor to close', async () => {
      if (await discard.isVisible()) await discard.click({ timeout: 3000 })
      return this.evaluate((vscode) => vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0))
    })
  }

  // ------------------------------------------------------------------------------------------- the window

  /** Runs a command by its whole title, such as `Genbook: Restart`, through the command palette. */
  async command(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]')
    const exactly = new RegExp(`^${title.replace(/[^\w\s]/g, '\\$&')}$`)
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({
      has: this.page.locator('.label-name', { hasText: exactly }),
    })
    await until(`the command ${title} in the palette`, async () => {
      if (!(await input.isVisible())) await this.page.keyboard.press('F1')
      await input.fill(`>${title}`, { timeout: 3000 })
      await row
        .first()
        .click({ timeout: 3000 })
        .catch(async (error: unknown) => {
          // The list is of the moment at which it was opened; a window that has just started may not know all yet.
          await this.page.keyboard.press('Escape')
          throw error
        })
      return true
    })
  }

  /** Chooses an entry by its label in the list that VS Code has just opened at the top. */
  async pick(label: string | RegExp): Promise<void> {
    // By the label alone: the text below it may name other entries, and rows come into the page in any order.
    const name = this.page.locator('.label-name:not(.quick-input-list-label-meta *)', { hasText: label })
    await this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: name })
      .click({ timeout: 15_000 })
  }

  /**
   * Presses OK in VS Code's own dialog for files, leaving the place that it proposes or naming another file there.
   * @returns the path that it proposed.
   */
  async answerFileDialog(name?: string): Promise<string> {
    const widget = this.page.locator('.quick-input-widget')
    const input = widget.locator('input[type=text]')
    // VS Code shows the folder first, and then the name in it.
    const proposed = await until('a proposed file', async () => {
      const value = (await input.isVisible()) && (await input.inputValue())
      return value && /^\/.*[^/]$/.test(value) && value
    })
    if (name !== undefined) await input.fill(proposed.replace(/[^/]*$/, name))
    await widget.getByRole('button', { name: 'OK' }).click({ timeout: 15_000 })
    return proposed
  }

  /** The messages on the screen now, newest first. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts()
  }

  /** Waits for a message. @returns its text. */
  async waitForNotification(pattern: string | RegExp, patience?: Patience): Promise<string> {
    return until(
      `a message that has ${String(pattern)}`,
      async () => (await this.notifications()).find((text) => matches(text, pattern)),
      patience,
    )
  }

  /** Presses a button of a message. */
  async answerNotification(button: string): Promise<void> {
    await this.page.locator('.notification-toast').getByRole('button', { name: button }).first().click()
  }

  async dismissNotifications(): Promise<void> {
    await this.evaluate((vscode) => vscode.commands.executeCommand('notifications.clearAll'))
  }

  /** Presses a button of VS Code's modal dialog. */
  async answerDialog(button: string): Promise<void> {
    await this.page
      .locator('.monaco-dialog-box')
      .getByRole('button', { name: button })
      .click({ timeout: 15_000 })
  }

  /** The texts of the status bar's items. */
  async statusBar(): Promise<string[]> {
    const texts = await this.page.locator('.statusbar-item').allInnerTexts()
    return texts.map((text) => text.trim()).filter(Boolean)
  }

  /** Waits for an item of the status bar. @returns its text. */
  async waitForStatusBar(pattern: string | RegExp, patience?: Patience): Promise<string> {
    return until(
      `a status bar item that has ${String(pattern)}`,
      async () => (await this.statusBar()).find((text) => matches(text, pattern)),
      patience,
    )
  }

  /** A selector of the notebook in the active editor group: VS Code lays notebooks over the groups, not into them. */
  async activeNotebookElement(): Promise<string> {
    const id = await this.page.evaluate(() => {
      const group = document.querySelector('.editor-group-container.active')?.getBoundingClientRect()
      const shown = [...document.querySelectorAll<HTMLElement>('.notebookOverlay')].filter((one) => {
        const box = one.getBoundingClientRect()
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
        const within = group && x > group.left && x < group.right && y > group.top && y < group.bottom
        return within && getComputedStyle(one).visibility === 'visible'
      })
      return shown[0]?.id
    })
    if (!id) throw new Error('no notebook is shown in the active editor')
    return `[id="${id}"]`
  }

  /** The inner frame of the webview that draws a notebook's outputs. @param notebook a selector of its element. */
  async outputsOf(notebook: string): Promise<Frame | undefined> {
    const element = await this.page.locator(`${notebook} iframe.webview`).elementHandle({ timeout: 5000 })
    return (await element?.contentFrame())?.childFrames()[0]
  }

  /**
   * The page that an extension shows in a view or an editor, by its title; hidden or not. (The address of a webview says
   * whether it is a view, but not when VS Code made it hidden.)
   */
  async webview(extension: string, title: string): Promise<Frame | undefined> {
    for (const frame of this.page.frames()) {
      if (!frame.url().includes('/webview/browser/pre/index.html')) continue
      if (new URL(frame.url()).searchParams.get('extensionId') !== extension) continue
      for (const page of frame.childFrames()) if ((await page.title()) === title) return page
    }
    return undefined
  }

  /** The page of Genbook's runtime view, once it is there; hidden or not. */
  async runtimeView(patience?: Patience): Promise<Frame> {
    return until('the runtime view', () => this.webview('genbook.genbook', 'Genbook runtime'), patience)
  }

  /** What the runtime view shows, brought to the front of the panel where another one hides it. */
  async runtimeViewText(): Promise<string> {
    const view = await this.runtimeView()
    const frame = await view.parentFrame()!.frameElement()
    if (!(await frame.isVisible()))
      await this.evaluate((vscode) =>
        vscode.commands.executeCommand('genbook.runtime.focus', { preserveFocus: true }),
      )
    return view.locator('body').innerText()
  }

  /** Something on the page, by selector. */
  locator(selector: string): Locator {
    return this.page.locator(selector)
  }

  /** Takes a picture of the window as out/e2e/NAME-HOST.png. @returns the file. */
  async screenshot(name: string): Promise<string> {
    const folder = join(root, 'out/e2e')
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${name.replace(/[^\w-]+/g, '-')}-${this.kind}.png`)
    await this.page.screenshot({ path: file, timeout: 60_000 })
    return file
  }
}

export function matches(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)
}

/** A copy of the driver extension that knows where the test listens. */
function stageDriver(channel: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'genbook-e2e-driver-'))
  const source = join(root, 'test/e2e/driver')
  cpSync(source, folder, { recursive: true })
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Record<string, unknown>
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, channel }))
  return folder
}
