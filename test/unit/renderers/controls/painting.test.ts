/** Painting as data: strokes, the eraser, undo, and how it is stored. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  describePainter,
  packBytes,
  paintedPixels,
  readControls,
  unpackBytes,
  visiblePixels,
  type PainterSpec,
} from '../../../../src/renderers/controls'
import { Painting } from '../../../../src/renderers/controls/painting'

/** A painting of one channel that is black at first. */
function black(height: number, width: number): Painting {
  const blank = new Uint8Array(height * width)
  return new Painting([height, width, 1], blank, blank)
}

/** Rows of a painting, # where it is white. */
function rows({ pixels, height, width }: Painting): string[] {
  return Array.from({ length: height }, (_, row) =>
    Array.from(pixels.subarray(row * width, (row + 1) * width), (byte) => (byte ? '#' : '.')).join(''),
  )
}

test('the smallest brush paints the pixel that it is in, and a line has no gaps', () => {
  const dot = black(3, 4)
  assert.ok(dot.stroke([3.99, 0.01], [3.99, 0.01], 1, [255]))
  assert.deepEqual(rows(dot), ['...#', '....', '....'])
  const line = black(5, 5)
  line.stroke([0.5, 0.5], [4.5, 4.5], 1, [255])
  assert.deepEqual(rows(line), ['#....', '.#...', '..#..', '...#.', '....#'])
  // A fast hand: one event at either end of a picture's width.
  const fast = black(3, 40)
  fast.stroke([0.5, 1.5], [39.5, 1.5], 1, [255])
  assert.equal(rows(fast)[1], '#'.repeat(40))
})

test('a large brush paints the pixels whose middles it covers, and nothing beyond the edges', () => {
  const painting = black(5, 6)
  painting.stroke([2.5, 2.5], [2.5, 2.5], 3, [255])
  assert.deepEqual(rows(painting), ['......', '.###..', '.###..', '.###..', '......'])
  const corner = black(3, 3)
  corner.stroke([-0.5, -0.5], [-0.5, -0.5], 5, [255])
  assert.deepEqual(rows(corner), ['##.', '#..', '...'])
  assert.equal(corner.stroke([-9, -9], [-5, -9], 2, [255]), false, 'outside, nothing changes')
})

test('the eraser brings back what was there at first, and undo takes back whole strokes', () => {
  const blank = Uint8Array.from([10, 20, 30, 40, 50, 60])
  const painting = new Painting([1, 2, 3], blank, blank)
  painting.begin()
  painting.stroke([0.5, 0.5], [0.5, 0.5], 1, [1, 2, 3])
  painting.stroke([1.5, 0.5], [1.5, 0.5], 1, [4, 5, 6])
  painting.begin()
  painting.stroke([0.5, 0.5], [0.5, 0.5], 1)
  assert.deepEqual([...painting.pixels], [10, 20, 30, 4, 5, 6])
  assert.ok(painting.undo())
  assert.deepEqual([...painting.pixels], [1, 2, 3, 4, 5, 6])
  assert.ok(painting.undo())
  assert.deepEqual([...painting.pixels], [...blank])
  assert.equal(painting.undo(), false)
  painting.begin()
  painting.stroke([0.5, 0.5], [1.5, 0.5], 1, [9, 9, 9])
  painting.clear()
  assert.deepEqual([...painting.pixels], [...blank])
  painting.undo()
  assert.deepEqual([...painting.pixels], [9, 9, 9, 9, 9, 9])
  painting.undo()
  assert.deepEqual([...painting.pixels], [...blank], 'a stroke that changes nothing is no step of undo')
})

const mask: PainterSpec = {
  kind: 'painter',
  id: 'a/0',
  label: 'Hidden',
  paints: 'mask',
  shape: [1, 3, 1],
  value: packBytes(Uint8Array.from([255, 0, 255])),
  blank: packBytes(new Uint8Array(3)),
  under: packBytes(Uint8Array.from([0, 100, 200])),
  colours: [],
}

test('a mask lies over the picture, and says how much it hides', () => {
  assert.equal(describePainter(mask), 'Hidden: 2 of 3 pixels painted')
  const seen = visiblePixels(mask, unpackBytes(mask.value, 3)!)
  assert.deepEqual([...seen.subarray(4, 8)], [100, 100, 100, 255], 'what is not marked is as it was')
  assert.ok(seen[0]! > seen[1]! && seen[1]! > seen[2]!, 'what is marked is orange')
  assert.ok(seen[8]! > seen[0]! && seen[10]! > seen[2]!, 'and lighter where the picture is')
})

test('what does not fit is no picture to paint on', () => {
  assert.equal(readControls([mask])?.length, 1)
  assert.equal(paintedPixels({ ...mask, value: 'AAA=' }), 0)
  for (const broken of [
    { shape: [1, 3] },
    { shape: [1, 0, 1] },
    { value: packBytes(new Uint8Array(2)) },
    { value: 'no base64!' },
    { blank: 5 },
    { paints: 'oil' },
    { colours: [{ name: 'red', bytes: [1, 2, 3] }] },
  ])
    assert.equal(readControls([{ ...mask, ...broken }]), undefined, JSON.stringify(broken))
})
