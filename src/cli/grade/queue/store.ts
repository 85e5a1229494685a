/**
 * What workers share beside the queue: files by their content, and results by their key. A folder on a file system that all
 * machines mount; anything else that can keep bytes by name, and write a name only once, can stand behind the same interface.
 */
import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface Store {
  /** Keeps a file's bytes. @returns their SHA-256, in hexadecimal */
  put(bytes: Uint8Array): Promise<string>
  /** The bytes that were kept. @throws where they are not there, or not what they were */
  get(hash: string): Promise<Uint8Array>
  /** Keeps a text under a name, unless there is one. @returns whether this was the first; never half a text */
  putOnce(name: string, text: string): Promise<boolean>
  /** @returns nothing where there is none of that name */
  read(name: string): Promise<string | undefined>
}

export class FolderStore implements Store {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(bytes: Uint8Array): Promise<string> {
    const hash = hashOf(bytes)
    const place = this.#blob(hash)
    await mkdir(dirname(place), { recursive: true })
    const beside = `${place}.${randomUUID()}.tmp`
    try {
      await writeFile(beside, bytes)
      await rename(beside, place)
    } finally {
      await rm(beside, { force: true })
    }
    return hash
  }

  async get(hash: string): Promise<Uint8Array> {
    const bytes = await readFile(this.#blob(hash))
    if (hashOf(bytes) !== hash) throw new Error(`The stored file ${hash} is damaged.`)
    return bytes
  }

  async putOnce(name: string, text: string): Promise<boolean> {
    const place = join(this.#folder, name)
    await mkdir(dirname(place), { recursive: true })
    const beside = `${place}.${randomUUID()}.tmp`
    try {
      const file = await open(beside, 'wx')
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      // Unlike a rename, a link never takes the place of what is there, on network file systems either.
      await link(beside, place)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      await rm(beside, { force: true })
    }
  }

  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#folder, name), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  #blob(hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error(`${JSON.stringify(hash)} is no SHA-256.`)
    return join(this.#folder, 'files', hash.slice(0, 2), hash)
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
