/** Pictures follow the colour theme, those that are there already included. */
import assert from 'node:assert/strict'
import { scenario } from './harness'

scenario('pictures follow the colour theme', async ({ code, notebook }) => {
  const book = await notebook([
    "import { plot, vp } from 'genbook'\nplot.schedule(vp({ betaMin: 0.1, betaMax: 20 }))",
  ])
  await book.runCell(0)
  const [light] = await book.waitForFigures(0)
  assert.ok(brightness(light!.textColour) < 128, `text on a light theme is ${light!.textColour}`)

  await code.setSetting('workbench.colorTheme', 'Dark Modern')
  const [dark] = await book.waitForFigures(0, ([figure]) => brightness(figure?.textColour ?? '') > 128)
  assert.deepEqual({ ...dark, textColour: '', background: '' }, { ...light, textColour: '', background: '' })
})

/** Of a colour such as `rgb(32, 32, 32)`, from 0 to 255. */
function brightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number)
  return (red + green + blue) / 3
}
