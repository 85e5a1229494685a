// Unpacks a .vsix, which is a zip archive, so that the tests run exactly what is shipped.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { inflateRawSync } from 'node:zlib'

/**
 * Writes the files of an extension's archive into a folder.
 * @throws where the file is no zip archive, or uses what .vsix archives never use.
 */
export function unpackExtension(vsix, folder) {
  for (const { name, bytes } of entries(readFileSync(vsix))) {
    if (!name.startsWith('extension/') || name.endsWith('/')) continue
    const path = normalize(name.slice('extension/'.length))
    if (path.startsWith('..')) throw new Error(`${vsix} has a file outside its folder: ${name}`)
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
}

/** The files of a zip archive, from its central directory (PKWARE's APPNOTE, 4.3.12 and 4.3.16). */
function* entries(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('not a zip archive')
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const method = zip.readUInt16LE(at + 10)
    const size = zip.readUInt32LE(at + 20)
    const nameLength = zip.readUInt16LE(at + 28)
    const local = zip.readUInt32LE(at + 42)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const packed = zip.subarray(start, start + size)
    if (method !== 0 && method !== 8) throw new Error(`${name} is packed by method ${method}, not deflated`)
    yield { name, bytes: method === 8 ? inflateRawSync(packed) : packed }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
}
