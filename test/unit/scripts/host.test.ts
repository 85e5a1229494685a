import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { unpackExtension } from '../../../scripts/vscode-host/index.mjs'

const folder = mkdtempSync(join(tmpdir(), 'genbook-unpack-'))
after(() => rmSync(folder, { recursive: true }))

/** A zip archive of some files, deflated or stored, written from its specification. */
function zip(files: Readonly<Record<string, string>>, method: number): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const data = method === 8 ? deflateRawSync(text) : Buffer.from(text)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(method, 4)
    fields.writeUInt32LE(data.length, 14)
    fields.writeUInt32LE(Buffer.byteLength(text), 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, Buffer.from(name))
    parts.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(18)
  const listed = Buffer.concat(directory)
  end.writeUInt16LE(Object.keys(files).length, 4)
  end.writeUInt16LE(Object.keys(files).length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06', 'latin1'), end])
}

for (const [kind, method] of [
  ['deflated', 8],
  ['stored', 0],
] as const)
  test(`a ${kind} extension is unpacked, without what lies beside it`, () => {
    const vsix = join(folder, `${kind}.vsix`)
    const long = 'grüße '.repeat(1000)
    writeFileSync(
      vsix,
      zip({ 'extension.vsixmanifest': 'x', 'extension/a.txt': long, 'extension/d/b.txt': 'b' }, method),
    )
    const target = join(folder, kind)
    unpackExtension(vsix, target)
    assert.equal(readFileSync(join(target, 'a.txt'), 'utf8'), long)
    assert.equal(readFileSync(join(target, 'd/b.txt'), 'utf8'), 'b')
    assert.throws(() => readFileSync(join(target, 'extension.vsixmanifest')), { code: 'ENOENT' })
  })

test('no file is written outside the folder', () => {
  const vsix = join(folder, 'bad.vsix')
  writeFileSync(vsix, zip({ 'extension/../../outside.txt': 'x' }, 0))
  assert.throws(() => unpackExtension(vsix, join(folder, 'bad')), /outside its folder/)
})

test('what is no archive is refused', () => {
  const vsix = join(folder, 'not.vsix')
  writeFileSync(vsix, 'hello')
  assert.throws(() => unpackExtension(vsix, join(folder, 'not')), /not a zip archive/)
})
