import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decode } from 'fast-png'
import { momentsOf, withMoment } from '../../../../src/renderers/figures/moments'
import { imagesFigure, type Figure, type PictureSet } from '../../../../src/renderers/figures'

/** The sheet of panel i: its red, green, blue and opacity at each pixel. */
function sheet(figure: Figure, i = 0) {
  const source = figure.data[i]!.source as string
  assert.ok(source.startsWith('data:image/png;base64,'))
  const { data, width, height, channels } = decode(Buffer.from(source.split(',')[1]!, 'base64'))
  return {
    width,
    height,
    at: (x: number, y: number) => [...data.subarray((y * width + x) * channels).subarray(0, 4)],
  }
}

const grey = (shape: number[], value: (i: number) => number, more: Partial<PictureSet> = {}): PictureSet => ({
  name: 'set',
  shape,
  pixels: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)),
  ...more,
})

describe('a sheet of pictures', () => {
  test('every pixel is where it belongs, one transparent pixel between pictures', () => {
    // Two pictures of 2 × 3, from −1 to 1 in steps.
    const { width, height, at } = sheet(
      imagesFigure([grey([2, 2, 3], (i) => -1 + (2 * i) / 11)], { columns: 2 }),
    )
    assert.deepEqual([width, height], [7, 2])
    const byte = (i: number) => Math.round((255 * i) / 11)
    assert.deepEqual(at(0, 0), [0, 0, 0, 255])
    assert.deepEqual(at(2, 1), [byte(5), byte(5), byte(5), 255])
    assert.deepEqual(at(3, 0), [0, 0, 0, 0])
    assert.deepEqual(at(4, 0), [byte(6), byte(6), byte(6), 255])
    assert.deepEqual(at(6, 1), [255, 255, 255, 255])
  })

  test('colours, a range of one’s own, values beyond it and none at all', () => {
    const set = { name: 'colours', shape: [1, 1, 2, 3], pixels: [0, 0.5, 1, -3, 7, NaN] }
    const { at } = sheet(imagesFigure([set], { range: [0, 1] }))
    assert.deepEqual(at(0, 0), [0, 128, 255, 255])
    assert.deepEqual(at(1, 0), [0, 255, 255, 255])
    const dark = sheet(imagesFigure([grey([2, 1, 1], (i) => (i ? 0 : Infinity))]))
    assert.deepEqual(dark.at(0, 0), [255, 0, 255, 255], 'magenta')
  })

  test('names that are wider than their sheets have room, left, right and between', () => {
    const named = (name: string) => ({ ...grey([1, 4, 4], () => 0), name })
    const widths = (names: string[]) => {
      const { layout } = imagesFigure(names.map(named), { zoom: 10 })
      const { l, r } = layout['margin'] as { l: number; r: number }
      const inner = (layout['width'] as number) - l - r
      const end = (layout['xaxis'] as { domain: number[] }).domain[1]! * inner
      const next = (layout['xaxis2'] as { domain: number[] }).domain[0]! * inner
      return { l, r, sheet: end, between: next - end }
    }
    const narrow = widths(['a', 'b'])
    const wide = widths(['what is known', 'what it could have been'])
    assert.equal(wide.sheet, narrow.sheet)
    // Letters are at least six pixels wide.
    const overhang = (letters: number) => (6 * letters - wide.sheet) / 2
    assert.ok(wide.l > overhang(13) && wide.r > overhang(23), JSON.stringify(wide))
    assert.ok(wide.between > overhang(13) + overhang(23), JSON.stringify(wide))
    assert.ok(wide.l > narrow.l && wide.between > narrow.between)
  })

  test('labels stand below, neighbours in the next row, and names are escaped', () => {
    const below = { name: 'nearest', pixels: [1, 1, -1, -1], distances: [0.25, 3] }
    const figure = imagesFigure([grey([2, 1, 2], () => 0, { labels: ['<7>', 'b'], below })], { columns: 1 })
    const { at } = sheet(figure)
    assert.deepEqual(at(0, 2), [255, 255, 255, 255])
    const [, marks] = figure.data
    assert.deepEqual(marks!.text, ['&lt;7&gt;', 'b'])
    assert.deepEqual(marks!.customdata, [
      'set, number 0<br>&lt;7&gt;<br>nearest: 0.25 away',
      'set, number 1<br>b<br>nearest: 3 away',
    ])
  })

  test('more than asked for are left out, and the picture says so', () => {
    const figure = imagesFigure([grey([30, 2, 2], () => 0)], { most: 9 })
    assert.match(JSON.stringify(figure.layout.title), /9 of 30 drawn/)
    assert.deepEqual([sheet(figure).width, sheet(figure).height], [8, 8])
  })

  test('moments are the slider’s, the last one shown first', () => {
    const figure = imagesFigure([
      grey([3, 1, 1, 1], (i) => i - 1, { moments: ['t = 1', 't = 0.5', 't = 0'] }),
    ])
    assert.deepEqual(momentsOf(figure), ['t = 1', 't = 0.5', 't = 0'])
    assert.deepEqual(sheet(figure).at(0, 0), [255, 255, 255, 255])
    assert.deepEqual(sheet(withMoment(figure, 0)).at(0, 0), [0, 0, 0, 255])
    assert.deepEqual(sheet(withMoment(figure, 1)).at(0, 0), [128, 128, 128, 255])
  })

  test('names stand at the middle of the rows and columns that they name, and frames around their pictures', () => {
    const set = grey([6, 2, 3], () => 0, { framed: [false, false, false, false, true, false] })
    const across = { title: 'γ', names: [0, 1, '<4>'] }
    const down = { title: 'seed', names: ['one', 'two'] }
    const plain = imagesFigure([set], { columns: 3 })
    const figure = imagesFigure([set], { columns: 3, across, down })
    const axis = (name: string) => figure.layout[name] as Record<string, unknown>
    // Pictures are 3 × 2 with one pixel between: the middles are 1, 5, 9 and 0.5, 3.5.
    assert.deepEqual(
      [axis('xaxis').tickvals, axis('yaxis').tickvals],
      [
        [1, 5, 9],
        [0.5, 3.5],
      ],
    )
    assert.deepEqual(axis('xaxis').ticktext, ['0', '1', '&lt;4&gt;'])
    assert.deepEqual([axis('xaxis').side, (axis('yaxis').title as { text: string }).text], ['top', 'seed'])
    const [frame, ...others] = figure.layout.shapes as { x0: number; x1: number; y0: number; y1: number }[]
    assert.equal(others.length, 0)
    // The fifth picture has the pixels 4 … 6 across and 3 … 4 down, each half a pixel to either side.
    assert.ok(frame!.x0 < 3.5 && frame!.x0 > 3 && frame!.x1 > 6.5 && frame!.x1 < 7, JSON.stringify(frame))
    assert.ok(frame!.y0 < 2.5 && frame!.y0 > 2 && frame!.y1 > 4.5 && frame!.y1 < 5, JSON.stringify(frame))
    // What they take is added around: pictures are as large as without them.
    const inner = ({ layout }: Figure) => {
      const { l, r, t, b } = layout.margin as Record<'l' | 'r' | 't' | 'b', number>
      return [(layout.width as number) - l - r, (layout.height as number) - t - b]
    }
    assert.deepEqual(inner(figure), inner(plain))
    assert.equal(imagesFigure([grey([6, 2, 3], () => 0)]).layout.shapes, undefined)
    const half = imagesFigure([set], { columns: 3, zoom: 5 })
    assert.deepEqual([inner(half)[0], inner(plain)[0]], [5 * 11, 10 * 11])
    // A heading that is wider than its pictures has room, and they are as large as with a short one.
    const title = 'Guidance by class and seed'
    const headed = imagesFigure([grey([1, 2, 3], () => 0)], { title })
    assert.deepEqual(inner(headed), inner(imagesFigure([grey([1, 2, 3], () => 0)], { title: 'G' })))
    const { width, margin } = headed.layout as { width: number; margin: { l: number } }
    assert.ok(width - margin.l > 7 * title.length, `${width} px`)
    assert.throws(
      () => imagesFigure([set], { columns: 3, across: { names: [1] } }),
      /across names 1 columns, but there are 3/,
    )
    assert.throws(
      () => imagesFigure([set], { columns: 3, down: { names: [1, 2, 3] } }),
      /down names 3 rows, but there are 2/,
    )
  })

  test('what is no picture is said', () => {
    const wrong = (set: PictureSet, options = {}) =>
      assert.throws.bind(null, () => imagesFigure([set], options))
    wrong(grey([4, 4], () => 0))(/has the shape \[4, 4\], but pictures have \[n, height, width\]/)
    wrong(grey([1, 2, 2, 2], () => 0))(/with 1 or 3 channels/)
    wrong(grey([2, 1, 1], () => 0, { labels: ['a'] }))(/2 pictures but 1 labels/)
    wrong(
      grey([1, 1, 1], () => 0),
      { range: [1, 1] },
    )(/range must be an interval/)
    wrong(
      grey([1, 1, 1], () => 0),
      { columns: 0 },
    )(/columns must be a whole number from 1 on, but is 0/)
    assert.throws(() => imagesFigure([]), /no pictures/)
    assert.throws(
      () => imagesFigure([grey([1, 1, 1], () => 0), grey([2, 1, 1, 1], () => 0, { moments: ['a', 'b'] })]),
      /cannot share a slider/,
    )
  })
})
