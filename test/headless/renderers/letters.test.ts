/** The letters in a picture's legend and titles say what they mean, in Chromium. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { samplesFigure, scheduleFigure } from '../../../src/renderers/figures'
import { bundleRenderer, launch, OutputPage } from './browser'
import { spread } from './fixtures'

let browser: Browser
let renderer: string
let output: OutputPage
before(async () => {
  ;[browser, renderer] = await Promise.all([launch(), bundleRenderer()])
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

test('the session is asked once for each place that the mouse comes to, and its values are shown until it has others', async () => {
  const withSession = await OutputPage.open(browser, renderer, '', { messaging: true })
  const { page } = withSession
  const guided = samplesFigure({ 'γ = 1': spread(20), 'γ = 4': spread(20) })
  await withSession.show('guided', guided)
  const titles = () =>
    page
      .locator('.annotation-text-g > title')
      .evaluateAll((all) => all.map((title) => title.textContent.split('\n').at(-1)))
  const [one, two] = await page.locator('.annotation-text-g').all()
  await withSession.posted()

  const ask = { type: 'letters', signs: ['γ'] } as const
  await one!.hover()
  assert.deepEqual(await withSession.posted(), [ask])
  await withSession.receive({ type: 'letters', values: { γ: 'gamma = 2', σₜ: 'sigma = 1' } })
  assert.deepEqual(await titles(), ['gamma = 2', 'gamma = 2'])
  // Nothing new under the mouse.
  const { x, y } = (await one!.boundingBox())!
  await page.mouse.move(x + 3, y + 3)
  assert.deepEqual(await withSession.posted(), [])
  // A picture that is drawn anew keeps them.
  await withSession.show('guided', { ...guided, layout: { ...guided.layout, height: 420 } })
  assert.deepEqual(await titles(), ['gamma = 2', 'gamma = 2'])

  await withSession.posted()
  await two!.hover()
  assert.deepEqual(await withSession.posted(), [ask])
  await withSession.receive({ type: 'letters', values: {} })
  assert.ok((await titles()).every((line) => line?.startsWith('Stochastic interpolants: γ(t)')))

  // A picture without letters asks for none.
  await withSession.show('guided', samplesFigure({ model: spread(20), data: spread(20) }))
  await page.mouse.move(0, 0)
  await withSession.posted()
  await page.locator('#guided .nsewdrag').first().hover()
  assert.deepEqual(await withSession.posted(), [])
  assert.deepEqual(withSession.errors, [])
  await page.close()
})
