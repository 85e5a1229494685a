import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { Canvas } from '../../../src/models/data/images/canvas'
import { outline, RGB } from '../../../src/models/data/images/shapes'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const stream = (name: string) => new RandomStream(7, name)
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0)

/** Pixels of picture i. */
function picture(x: tf.Tensor, i: number): number[] {
  return take(tf.slice(x, i, 1))
}

describe('the canvas', () => {
  test('covers the area of what is drawn', () => {
    const size = 128
    const line = new Canvas(size)
    line.line(
      [
        [0.2, 0.3],
        [0.7, 0.6],
      ],
      0.1,
    )
    // A stadium: length × width and two half discs. Soft edges err by a pixel's share of the outline at most.
    const area = 0.1 * Math.hypot(0.5, 0.3) + Math.PI * 0.05 ** 2
    approximately([sum(line.covered) / size ** 2], [area], 0.01)
  })

  test('a line drawn twice, or beyond the edge, is a line', () => {
    const [once, twice] = [new Canvas(32), new Canvas(32)]
    const points = [
      [-0.5, 0.5],
      [1.5, 0.5],
    ] as const
    once.line(points, 0.2)
    twice.line(points, 0.2)
    twice.line(points, 0.2)
    assert.deepEqual(once.covered, twice.covered)
    approximately([sum(once.covered) / 32 ** 2], [0.2], 0.01)
  })
})

describe('writing', () => {
  test('has the same numbers for the same stream, and values from paper to ink', () => {
    const [a, b] = [1, 2].map(() => data.digits().drawLabelled(20, stream('same')))
    assert.deepEqual(take(a!.x), take(b!.x))
    assert.deepEqual(a!.labels, b!.labels)
    const values = take(data.letters({ size: 16 }).draw(20, stream('range')))
    assert.equal(Math.min(...values), -1)
    assert.equal(Math.max(...values), 1)
  })

  test('without jitter only the ways to write a glyph and the width of the pen differ', () => {
    // One way to write 5, and no spread of the pen at jitter 0.
    const { x } = data.letters({ of: '5', jitter: 0 }).drawLabelled(3, stream('tidy'))
    assert.deepEqual(picture(x, 0), picture(x, 1))
    x.dispose()
  })

  test('every class is as likely, and can be told from its pictures', () => {
    const digits = data.digits({ size: 16 })
    const { x, labels } = digits.drawLabelled(1500, stream('classes'))
    for (let k = 0; k < 10; k++) {
      const count = labels.filter((label) => label === k).length
      // 150 ± 11.6 each; four standard deviations.
      assert.ok(Math.abs(count - 150) < 47, `${count} of the digit ${k}`)
    }
    // The nearest mean of a class, a poor classifier, is right far more often than one in ten.
    const train = take(x)
    const means = Array.from({ length: 10 }, () => new Float64Array(256))
    const counts = Array.from({ length: 10 }, () => 0)
    labels.forEach((label, i) => {
      counts[label]!++
      for (let p = 0; p < 256; p++) means[label]![p]! += train[i * 256 + p]!
    })
    means.forEach((mean, k) => mean.forEach((_, p) => (mean[p]! /= counts[k]!)))
    const held = digits.drawLabelled(300, stream('held out'))
    const pixels = take(held.x)
    const right = Array.from(held.labels).filter((label, i) => {
      const distances = means.map((mean) => sum(mean.map((m, p) => (m - pixels[i * 256 + p]!) ** 2)))
      return distances.indexOf(Math.min(...distances)) === label
    }).length
    assert.ok(right / 300 > 0.7, `${right} of 300`)
  })

  test('says what cannot be written', () => {
    assert.throws(
      () => data.letters({ of: 'AÄ' }),
      /the digits 0 to 9 and the letters A to Z, each a text, not "Ä"/,
    )
    assert.throws(() => data.letters({ of: '' }), /at least one letter/)
    assert.throws(() => data.digits({ size: 4 }), /size must be a whole number from 8 on, but is 4/)
    assert.throws(() => data.digits({ jitter: -1 }), /jitter must not be negative/)
  })
})

describe('shapes and captions', () => {
  test('what the caption says can be measured in the picture', () => {
    const size = 32
    const { x, scenes } = data.shapes({ size, things: 'any' }).drawScenes(60, stream('scenes'))
    let two = 0
    scenes.forEach((scene, i) => {
      const pixels = picture(x, i).map((v) => (v + 1) / 2)
      for (const thing of scene.things) {
        const covered = outline(thing, size)
        const middle = covered.indexOf(Math.max(...covered))
        RGB[thing.colour].forEach((c, channel) =>
          assert.ok(Math.abs(pixels[3 * middle + channel]! - c) < 1e-6, `${scene.caption}: its colour`),
        )
        const r = thing.radius
        const area = { circle: Math.PI * r * r, square: (1.78 * r) ** 2, triangle: 2 * r * r }[thing.shape]
        // Corners lose the most by soft edges: a pixel or two of a thousand.
        assert.ok(Math.abs(sum(covered) / size ** 2 - area) < 0.003, `${scene.caption}: its area`)
        assert.ok(thing.size === 'small' ? r < 0.15 : r > 0.18)
      }
      const [a, b] = scene.things
      if (!b) return
      two++
      const apart = scene.relation === 'left of' ? b.place[0] - a.place[0] : b.place[1] - a.place[1]
      assert.ok(apart > a.radius + b.radius - 1e-9, `${scene.caption}: they touch`)
    })
    // 30 ± 3.9.
    assert.ok(two > 14 && two < 46, `${two} of 60 show two things`)
    x.dispose()
  })

  test('captions survive tokens, and parsing is the inverse of saying', () => {
    const { scenes } = data.shapes({ things: 'any' }).drawScenes(80, stream('captions'))
    const captions = scenes.map(({ caption }) => caption)
    assert.deepEqual(data.captions.decode(data.captions.encode(captions)), captions)
    for (const { caption, things, relation } of scenes) {
      const said = data.captions.parse(caption)
      assert.deepEqual(
        said.things,
        things.map(({ size, colour, shape }) => ({ size, colour, shape })),
      )
      assert.equal(said.relation, relation)
      assert.equal(data.captions.of(said), caption)
    }
  })

  test('what is told is what is shown', () => {
    const shapes = data.shapes({ things: 2 })
    const { condition, x } = shapes.drawConditioned(5, stream('told'))
    const tokens = (condition as { caption: tf.Tensor }).caption
    const { scenes, x: again } = shapes.drawScenes(5, stream('told'))
    assert.deepEqual(
      data.captions.decode(take(tokens)),
      scenes.map(({ caption }) => caption),
    )
    assert.deepEqual(take(x), take(again))
  })

  test('a statement is shown', () => {
    const said = data.captions.parse('a large blue square above a small red circle')
    const { scenes, x } = data.shapes().show([said, said], stream('show'))
    assert.deepEqual(x.shape, [2, 16, 16, 3])
    for (const { caption, things } of scenes) {
      assert.equal(caption, 'a large blue square above a small red circle')
      assert.ok(things[0].place[1] < things[1]!.place[1])
    }
    x.dispose()
  })

  test('errors name the word', () => {
    const { parse, encode, decode } = data.captions
    assert.throws(
      () => parse('a small purple circle'),
      /word 3 must be red or green or blue or yellow, but is “purple”/,
    )
    assert.throws(
      () => parse('a small red'),
      /word 4 must be circle or square or triangle, but the caption ends/,
    )
    assert.throws(
      () => parse('a small red circle above a large red square above'),
      /it should end before “above”/,
    )
    assert.throws(() => encode(['nothing']), /word 1 must be a/)
    assert.throws(() => decode([1, 2]), /2 are not whole captions/)
    assert.throws(() => decode([99, 0, 0, 0, 0, 0, 0, 0, 0]), /from 0 to 12, but one is 99/)
  })
})

describe('textures', () => {
  test('stripes are a plane wave: each picture has rank two', () => {
    const textures = data.textures({ size: 12 })
    const { x, labels } = textures.drawLabelled(60, stream('textures'))
    let seen = 0
    labels.forEach((label, i) => {
      const m = picture(x, i)
      const rank2 = determinants3(m, 12).every((d) => Math.abs(d) < 1e-5)
      if (textures.classes[label] === 'stripes') {
        seen++
        assert.ok(rank2)
      }
      if (textures.classes[label] === 'clouds') assert.ok(!rank2)
    })
    assert.ok(seen > 3)
    x.dispose()
  })

  test('clouds have the stated deviation before they are clipped', () => {
    const { x, labels } = data.textures({ size: 8 }).drawLabelled(2000, stream('clouds'))
    const all = take(x)
    const centres = Array.from(labels).flatMap((label, i) => (label === 3 ? [all[i * 64 + 27]!] : []))
    // A normal number of deviation ½ clipped at ±1, two deviations: its variance is ¼ · 0.9205; ± 10 % for 400 draws.
    const variance = sum(centres.map((v) => v * v)) / centres.length
    assert.ok(Math.abs(variance / (0.25 * 0.9205) - 1) < 0.25, `${variance}`)
  })
})

/** Determinants of a few 3 × 3 parts of a matrix. */
function determinants3(m: readonly number[], width: number): number[] {
  const at = (i: number, j: number) => m[i * width + j]!
  return [
    [0, 4, 8],
    [1, 5, 11],
    [2, 3, 9],
  ].map(([i, j, k]) => {
    const [a, b, c] = [i!, j!, k!].map((row) => [at(row, 1), at(row, 6), at(row, 10)] as const) as [
      readonly [number, number, number],
      readonly [number, number, number],
      readonly [number, number, number],
    ]
    return (
      a[0] * (b[1] * c[2] - b[2] * c[1]) -
      a[1] * (b[0] * c[2] - b[2] * c[0]) +
      a[2] * (b[0] * c[1] - b[1] * c[0])
    )
  })
}

describe('phantoms', () => {
  test('the head holds as much as its ellipses together', () => {
    const ellipses = [
      [1, 0.69, 0.92],
      [-0.8, 0.6624, 0.874],
      [-0.2, 0.11, 0.31],
      [-0.2, 0.16, 0.41],
      [0.1, 0.21, 0.25],
      [0.1, 0.046, 0.046],
      [0.1, 0.046, 0.046],
      [0.1, 0.046, 0.023],
      [0.1, 0.023, 0.023],
      [0.1, 0.023, 0.046],
    ] as const
    const total = sum(ellipses.map(([value, a, b]) => value * Math.PI * a * b)) / 4
    const pixels = take(data.sheppLogan({ size: 128 }))
    // Edges are resolved to a quarter of a pixel.
    approximately([sum(pixels) / 128 ** 2], [total], 0.005)
    assert.ok(Math.abs(pixels[64 * 128 + 64]! - 0.2) < 1e-6, 'the middle is brain')
    assert.equal(pixels[0], 0, 'outside is air')
  })

  test('bodies lie in air, and texture only in bodies', () => {
    const plain = data.phantoms({ size: 24 }).drawBodies(10, stream('bodies'))
    const values = take(plain.x)
    assert.ok(values.every((v) => v >= 0 && v <= 1))
    for (const body of plain.bodies)
      for (const { x, y, a, b } of body)
        assert.ok(Math.hypot(x, y) + Math.max(a, b) < 1, 'inside the picture')
    const rough = take(data.phantoms({ size: 24, texture: 0.05 }).draw(10, stream('bodies')))
    const air = rough.filter((_, i) => values[i] === 0)
    assert.ok(air.length > 500 && air.every((v) => v === 0))
    const inside = rough.flatMap((v, i) => (values[i]! > 0.15 && values[i]! < 0.85 ? [v - values[i]!] : []))
    const deviation = Math.sqrt(sum(inside.map((v) => v * v)) / inside.length)
    // Ten pictures of 24 waves each: a few percent.
    assert.ok(Math.abs(deviation - 0.05) < 0.01, `${deviation}`)
  })
})

describe('data made of data', () => {
  test('dequantised values fill the cell of their own level', () => {
    const set = data.images({
      values: Uint8Array.from({ length: 4096 }, (_, i) => i % 256),
      shape: [16, 16, 16],
    })
    const plain = take(set.draw(40, stream('cells')))
    const filled = take(data.dequantised(set).draw(40, stream('cells')))
    const shares = filled.map((v, i) => (v - plain[i]!) * 128 + 0.5)
    // Single precision near ±1, in units of a cell.
    assert.ok(shares.every((u) => u > -1e-4 && u < 1 + 1e-4))
    const mean = sum(shares) / shares.length
    // 1/√(12 · 10240) = 0.003.
    assert.ok(Math.abs(mean - 0.5) < 0.012, `${mean}`)
    assert.throws(() => data.dequantised(set, { levels: 1 }), /levels must be a whole number from 2 on/)
  })

  test('quantised values are the middles of the cells that they were in', () => {
    const digits = data.digits({ size: 9, noise: 0.3 })
    const { x, labels } = digits.drawLabelled(20, stream('greys'))
    const plain = take(x)
    const rounded = data.quantised(digits, { levels: 5 }).drawLabelled(20, stream('greys'))
    assert.deepEqual(rounded.labels, labels)
    const expected = plain.map((v) => (Math.min(4, Math.max(0, Math.floor((v + 1) / 0.4))) + 0.5) * 0.4 - 1)
    approximately(take(rounded.x), expected, 1e-6)
    assert.equal(new Set(expected).size, 5)
    assert.throws(() => data.quantised(digits, { levels: 0 }), /levels must be a whole number from 2 on/)
  })

  test('half of the pictures are mirrored, and labels stay', () => {
    const shapes = data.images(
      { values: Uint8Array.of(0, 255, 0, 255), shape: [2, 1, 2] },
      { labels: [0, 1], classes: ['a', 'b'] },
    )
    const { x, labels } = data.flipped(shapes).drawLabelled(400, stream('flips'))
    const pixels = take(x)
    const mirrored = Array.from(labels).filter((_, i) => pixels[2 * i]! > 0).length
    // 200 ± 10.
    assert.ok(Math.abs(mirrored - 200) < 45, `${mirrored}`)
    for (let i = 0; i < 400; i++) approximately([pixels[2 * i]! + pixels[2 * i + 1]!], [0], 1e-6)
    assert.equal(new Set(labels).size, 2)
    assert.throws(() => data.flipped(data.moons()), /pictures of shape \[height, width, channels\]/)
  })
})
