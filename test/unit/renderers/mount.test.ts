import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decode,
  encode,
  isEncoded,
  webglNeed,
  withoutWebgl,
  type Figure,
} from '../../../src/renderers/figures'
import { ContextBudget } from '../../../src/renderers/mount/budget'
import { readFigure } from '../../../src/renderers/mount/specification'
import { Zoom } from '../../../src/renderers/mount/zoom'

void describe('a specification by somebody else', () => {
  test('is read as it is', () => {
    const figure = { data: [{ type: 'bar', y: [1, 2] }], layout: { title: { text: 'a' } } }
    assert.deepEqual(readFigure(figure), figure)
    assert.deepEqual(readFigure({ data: [{ y: [1] }] }), { data: [{ y: [1] }], layout: {} })
  })

  test('says what is wrong with it', () => {
    const wrong: [unknown, RegExp][] = [
      [null, /but this is null/],
      [[1], /but this is an array/],
      ['text', /but this is the string "text"/],
      [{}, /data must be an array of traces, but it is missing/],
      [{ data: {} }, /data must be an array of traces, but it is an object/],
      [{ data: [7] }, /data\[0\] must be a trace object, but it is the number 7/],
      [{ data: [], layout: [] }, /layout must be an object, but it is an array/],
      [{ data: [], frames: 1 }, /frames must be an array/],
      [{ data: [{}, { type: 'scater' }] }, /data\[1\]\.type is "scater", which is no kind of trace/],
      [{ data: [{ x: { dtype: 'f5', bdata: '' } }] }, /data\[0\]\.x: Unknown number format "f5"/],
      [
        { data: [{ z: { ...encode([1, 2, 3]), shape: '2,2' } }] },
        /data\[0\]\.z has 3 values, but its shape \[2, 2\]/,
      ],
      [{ data: [{ type: 'scattermap' }] }, /maps need coastlines or tiles from the network/],
      [{ data: [], layout: { template: { data: { scatter: [{ type: 'choropleth' }] } } } }, /maps need/],
    ]
    for (const [value, reason] of wrong) assert.throws(() => readFigure(value), reason, JSON.stringify(value))
  })

  test('loses every picture that would come from the network, and keeps embedded ones', () => {
    const inline = 'data:image/png;base64,AAAA'
    const figure = readFigure({
      data: [
        { type: 'image', source: 'https://example.org/a.png' },
        { type: 'sankey', link: { source: [0, 1] } },
      ],
      layout: {
        images: [{ source: '//example.org/b.png' }, { source: inline }],
        updatemenus: [
          { buttons: [{ args: [{ 'images[0].source': 'http://example.org/c.png', width: 3 }] }] },
        ],
        template: { layout: { images: [{ source: 'https://example.org/d.png' }] } },
      },
      frames: [{ layout: { images: [{ source: 'ftp://example.org/e.png' }] } }],
    })
    const text = JSON.stringify(figure)
    assert.doesNotMatch(text, /example\.org/)
    assert.ok(text.includes(inline))
    assert.ok(text.includes('"link":{"source":[0,1]}'))
    assert.ok(text.includes('"width":3'))
  })

  test('does not decide where figures are sent or fetched from', () => {
    const config = {
      plotlyServerURL: 'https://example.org',
      topojsonURL: 'https://example.org',
      editable: true,
      scrollZoom: true,
    }
    assert.deepEqual(readFigure({ data: [], config }).config, { scrollZoom: true })
  })
})

void describe('without WebGL', () => {
  const figure: Figure = {
    data: [
      {
        type: 'scattergl',
        x: encode(Float32Array.from({ length: 1000 }, (_, i) => i)),
        y: Array.from({ length: 1000 }, (_, i) => -i),
        marker: { opacity: 0.1, color: encode(new Float32Array(1000)), size: 3 },
      },
      { type: 'bar', y: [1, 2, 3] },
    ],
    layout: {},
  }

  test('few points are all drawn, as SVG', () => {
    const { figure: svg, points, drawn } = withoutWebgl(figure)
    assert.deepEqual([points, drawn, svg.data[0]!.type], [1000, 1000, 'scatter'])
    assert.equal(svg.data[1], figure.data[1])
  })

  test('many are thinned evenly, with everything that belongs to them, and are as dark together as before', () => {
    const { figure: svg, points, drawn } = withoutWebgl(figure, 100)
    assert.deepEqual([points, drawn], [1000, 100])
    const { x, y, marker } = svg.data[0]! as {
      x: unknown
      y: number[]
      marker: { opacity: number; color: unknown; size: number }
    }
    assert.ok(isEncoded(x) && isEncoded(marker.color))
    assert.deepEqual(
      Array.from(decode(x)),
      Array.from({ length: 100 }, (_, i) => 10 * i),
    )
    assert.deepEqual(y.slice(0, 3), [-0, -10, -20])
    assert.equal(decode(marker.color).length, 100)
    assert.equal(marker.size, 3)
    assert.ok(Math.abs(1 - marker.opacity - 0.9 ** 10) < 1e-12)
  })

  test('it is known which figures need it', () => {
    const need = (type: string) => webglNeed({ data: [{ type }], layout: {} })
    assert.deepEqual(['scatter', 'scattergl', 'surface'].map(need), ['none', 'preferred', 'required'])
  })
})

void describe('the budget of WebGL contexts', () => {
  const holder = (visible: boolean, seenAt: number) => ({
    visible,
    seenAt,
    yields: 0,
    yieldContexts() {
      this.yields++
    },
  })

  test('is taken from the figure that has been out of sight longest', () => {
    const budget = new ContextBudget(3)
    const [shown, recent, old, next] = [
      holder(true, 0),
      holder(false, 20),
      holder(false, 10),
      holder(true, 30),
    ]
    for (const one of [shown, recent, old]) assert.ok(budget.request(one))
    assert.ok(budget.request(next))
    assert.deepEqual([shown.yields, recent.yields, old.yields, budget.held], [0, 0, 1, 3])
  })

  test('is not taken by figures out of sight: the one that had to yield does not ask it back', () => {
    const budget = new ContextBudget(1)
    const [first, second] = [holder(false, 0), holder(true, 1)]
    assert.ok(budget.request(first))
    assert.ok(budget.request(second))
    second.visible = false
    assert.equal(budget.request(first), false)
    assert.equal(second.yields, 0)
  })

  test('is never taken from figures on screen', () => {
    const budget = new ContextBudget(1)
    const [first, second] = [holder(true, 0), holder(true, 1)]
    assert.ok(budget.request(first))
    assert.equal(budget.request(second), false)
    assert.ok(budget.request(first), 'asking again changes nothing')
    budget.release(first)
    assert.ok(budget.request(second))
    assert.equal(first.yields, 0)
  })
})

void describe('zoom', () => {
  const own = { xaxis: { range: [0, 10], type: 'linear' }, yaxis: {} }

  test('is put back on a new layout, whose other settings stay', () => {
    const zoom = new Zoom()
    zoom.record(
      { 'xaxis.range[0]': 2, 'xaxis.range[1]': 3 },
      { xaxis: { range: [2, 3], autorange: false } },
      own,
    )
    const next = { ...own, xaxis: { range: [0, 20], type: 'log' } }
    assert.deepEqual(zoom.apply(next), { ...next, xaxis: { range: [2, 3], autorange: false, type: 'log' } })
  })

  test('is forgotten when the person goes back to the figure’s own view', () => {
    const zoom = new Zoom()
    zoom.record({ 'xaxis.range': [2, 3] }, { xaxis: { range: [2, 3] } }, own)
    zoom.record({ 'yaxis.range[0]': 1 }, { yaxis: { range: [1, 2] } }, own)
    zoom.record({ 'xaxis.range[0]': 0, 'xaxis.range[1]': 10 }, { xaxis: { range: [0, 10] } }, own)
    zoom.record({ 'yaxis.autorange': true }, { yaxis: { range: [0, 7], autorange: true } }, own)
    assert.deepEqual(zoom.apply(own), own)
  })

  test('is forgotten when Plotly goes back to the first version of a figure that has changed since', () => {
    const zoom = new Zoom()
    zoom.begin({ xaxis: { range: [0, 5] } })
    assert.equal(zoom.record({ 'xaxis.range': 0 }, { xaxis: { range: [1, 2] } }, own), false)
    assert.equal(zoom.record({ 'xaxis.range': 0 }, { xaxis: { range: [0, 5] } }, own), true)
    assert.deepEqual(zoom.apply(own), own)
  })

  test('to everything is kept where the figure asks for a part', () => {
    const zoom = new Zoom()
    zoom.record({ 'xaxis.autorange': true }, { xaxis: { autorange: true, range: [0, 99] } }, own)
    assert.deepEqual(zoom.apply(own).xaxis, { range: [0, 10], type: 'linear', autorange: true })
  })

  test('includes the camera of a scene', () => {
    const zoom = new Zoom()
    const camera = { eye: { x: 1, y: 2, z: 3 } }
    zoom.record({ 'scene.camera': camera }, { scene: { camera } }, {})
    assert.deepEqual(zoom.apply({ scene: { aspectmode: 'cube' } }).scene, { aspectmode: 'cube', camera })
  })
})
