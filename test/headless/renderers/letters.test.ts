/** The letters in a picture's legend and titles say what they mean, in Chromium. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { samplesFigure, scheduleFigure } from '../../../src/renderers/figures'
import { bundle, launch, OutputPage } from './browser'
import { spread } from './fixtures'

let browser: Browser
let output: OutputPage
before(async () => {
  let renderer: string
  ;[browser, renderer] = await Promise.all([launch(), bundle('src/renderers/output/main.ts', 'esm')])
  output = await OutputPage.open(browser, renderer)
})
after(() => browser.close())

/** What is told of the entries and titles whose words fit, without the rest of the picture. */
const told = (selector: string) =>
  output.page.locator(`${selector} > title`).evaluateAll((titles) => titles.map((title) => title.textContent))

test('an entry of the legend and the title of an axis', async () => {
  await output.show(
    'schedule',
    scheduleFigure({ t: [0, 0.5, 1], alpha: [1, 0.7, 0.1], sigma: [0.1, 0.7, 1], title: 'VP' }),
  )
  assert.match(
    (await told('.legend .traces')).join(),
    /σₜ: Standard deviation of the noise in xₜ, given x₀\./,
  )
  const [axis] = await told('.infolayer .g-ytitle')
  assert.match(axis!, /^αₜ: What the data are multiplied by[^]*DDPM: αₜ = 1 − βₜ[^]*σₜ: Standard deviation/)
  assert.doesNotMatch(axis!, /`/)
  // Words stay as they were.
  assert.deepEqual(await output.page.locator('.ytitle').allTextContents(), ['α, σ'])
  assert.deepEqual(output.errors, [])
})

test('the mouse finds it there', async () => {
  const box = (await output.page.locator('.ytitle').boundingBox())!
  const hit = await output.page.evaluate(
    ([x, y]) => document.elementFromPoint(x!, y!)?.closest('[class^="g-"]')?.getAttribute('class'),
    [box.x + box.width / 2, box.y + box.height / 2],
  )
  assert.equal(hit, 'g-ytitle')
})

test('a picture that is drawn anew says it once, and no longer what it does not show', async () => {
  await output.show('schedule', samplesFigure({ 'γ = 1': spread(20), 'γ = 4': spread(20) }))
  const one = await told('.annotation-text-g')
  await output.show('schedule', samplesFigure({ model: spread(20), data: spread(20) }))
  assert.deepEqual(await told('.annotation-text-g'), [])
  assert.equal(one.length, 2)
  assert.ok(
    one.every((text) => text.startsWith('γ: Strength of guidance') && text.split('Strength').length === 2),
  )
  assert.deepEqual(output.errors, [])
})
