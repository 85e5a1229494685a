/** The cases of the language service, asked of the built worker in a browser. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { chromiumFlags, needChromium } from '../../../scripts/chromium.mjs'
import { LanguageClient } from '../../../src/kernel/language/client'
import type { LanguageResponse } from '../../../src/kernel/language/protocol'
import { cases } from '../../language/cases'
import { expectCase } from '../../language/expect'

const dist = join(process.cwd(), 'dist')

/** What the page has for us. */
interface Bridge {
  readonly worker: Worker
  answer(message: LanguageResponse): void
  fail(reason: string): void
}

suite('in a web worker', () => {
  let browser: Browser
  let client: LanguageClient
  before(async () => {
    browser = await chromium.launch({ executablePath: await needChromium(), args: [...chromiumFlags] })
    client = await clientIn(await browser.newPage())
  })
  after(async () => {
    client.dispose()
    await browser.close()
  })

  for (const [topic, table] of Object.entries(cases))
    suite(topic, () => {
      for (const one of table) test(one.name, () => expectCase(client, one))
    })
})

/** A client of a language worker that runs in a page. */
async function clientIn(page: Page): Promise<LanguageClient> {
  const script = await readFile(join(dist, 'language.js'), 'utf8')
  let answered: (message: LanguageResponse) => void = () => {}
  let failed: (reason: string) => void = () => {}
  await page.exposeFunction('answer', (message: LanguageResponse) => answered(message))
  await page.exposeFunction('fail', (reason: string) => failed(reason))
  await page.evaluate((text) => {
    const bridge = globalThis as unknown as Bridge
    const worker = new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })))
    worker.onmessage = ({ data }: MessageEvent<LanguageResponse>) => bridge.answer(data)
    worker.onerror = ({ message }) => bridge.fail(message)
    Object.assign(globalThis, { worker })
  }, script)
  return new LanguageClient({
    types: () => readFile(join(dist, 'types.json'), 'utf8'),
    start: ({ onMessage, onFailure }) => {
      ;[answered, failed] = [onMessage, onFailure]
      return {
        post: (message) =>
          void page
            .evaluate((posted) => (globalThis as unknown as Bridge).worker.postMessage(posted), message)
            .catch((error: unknown) => onFailure(String(error))),
        terminate: () => {},
      }
    },
  })
}
