import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 as nodeCrc32, inflateSync } from 'node:zlib'
import * as tf from '@tensorflow/tfjs'
import { bundleOf } from '../../../src/kernel/display/bundle'
import { imageBundle } from '../../../src/kernel/display/image'
import { crc32, encodePng } from '../../../src/kernel/display/png'

/** Reads a PNG by the standard, independently of the encoder: chunks with their sums, and rows by their filter. */
function decodePng(bytes: Uint8Array) {
  assert.deepEqual([...bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10])
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const chunks: Record<string, Uint8Array> = {}
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    assert.equal(view.getUint32(at + 8 + length), nodeCrc32(bytes.subarray(at + 4, at + 8 + length)))
    chunks[type] = bytes.subarray(at + 8, at + 8 + length)
    at += 12 + length
  }
  const header = chunks.IHDR!
  const size = new DataView(header.buffer, header.byteOffset)
  const [width, height] = [size.getUint32(0), size.getUint32(4)]
  const channels = { 0: 1, 2: 3, 6: 4 }[header[9]!]!
  assert.equal(header[8], 8)
  const raw = inflateSync(chunks.IDAT!)
  const stride = width * channels
  const pixels = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    assert.equal(raw[y * (stride + 1)], 1)
    for (let i = 0; i < stride; i++)
      pixels[y * stride + i] =
        raw[y * (stride + 1) + 1 + i]! + (i >= channels ? pixels[y * stride + i - channels]! : 0)
  }
  return { width, height, channels, pixels }
}

const bytesOf = (base64: unknown) => new Uint8Array(Buffer.from(base64 as string, 'base64'))

test('the check sum is that of zlib', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 251)
  assert.equal(crc32(bytes), nodeCrc32(bytes))
})

for (const channels of [1, 3, 4] as const)
  test(`a PNG of ${channels} channels reads back pixel by pixel`, async () => {
    const data = Uint8Array.from({ length: 7 * 5 * channels }, (_, i) => (i * 89) % 256)
    const decoded = decodePng(await encodePng({ width: 7, height: 5, channels, data }))
    assert.deepEqual(decoded, { width: 7, height: 5, channels, pixels: data })
  })

test('tensors are images: the range is black to white', async () => {
  await tf.setBackend('cpu')
  const grey = decodePng(
    bytesOf(
      (
        await imageBundle(
          tf.tensor2d([
            [0, 0.5],
            [1, 2],
          ]),
          [0, 1],
        )
      )['image/png'],
    ),
  )
  assert.deepEqual([...grey.pixels], [0, 128, 255, 255])
  const colour = decodePng(
    bytesOf(
      (
        await imageBundle(
          tf.tensor3d(
            [
              [
                [255, 0, 127],
                [0, 255, 1],
              ],
            ],
            undefined,
            'int32',
          ),
        )
      )['image/png'],
    ),
  )
  assert.deepEqual(colour, {
    width: 2,
    height: 1,
    channels: 3,
    pixels: Uint8Array.of(255, 0, 127, 0, 255, 1),
  })
})

test('what is no image is refused by its shape or kind', () => {
  assert.throws(() => imageBundle(tf.zeros([2, 2, 2])), /not \[2, 2, 2\]/)
  assert.throws(() => imageBundle(tf.zeros([2])), /not \[2\]/)
  assert.throws(() => imageBundle(tf.tensor2d([['a']])), /not of type string/)
  assert.throws(() => imageBundle(tf.zeros([2, 2]), [1] as never), /range must be two numbers/)
  const disposed = tf.zeros([2, 2])
  disposed.dispose()
  assert.throws(() => imageBundle(disposed), /disposed/)
  assert.throws(() => imageBundle('text'), /display\.image shows/)
})

test('the bytes of image files are shown as what they are', async () => {
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0)
  const bundle = await bundleOf(jpeg)
  assert.deepEqual([...bytesOf(bundle['image/jpeg'])], [...jpeg])
  assert.match((await bundleOf(Uint8Array.of(1, 2)))['text/plain'] as string, /^Uint8Array\(2\)/)
})
