/**
 * What workers share beside the queue: files by their content, and results by their key. A folder on a file system that all
 * machines mount; anything else that can keep bytes by name, and write a name only once, can stand behind the same interface.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export interface Store {
  /** Keeps a file. @returns the SHA-256 of its bytes, in hexadecimal */
  put(path: string): Promise<string>
  /** Writes a kept file to a path. @throws where it is not there, or not what it was */
  get(hash: string, path: string): Promise<void>
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

  async put(path: string): Promise<string> {
    const hash = await hashOf(path)
    const place = this.#blob(hash)
    await mkdir(dirname(place), { recursive: true })
    const beside = `${place}.${randomUUID()}.tmp`
    try {
      await copyFile(path, beside)
      // The file may have changed between the two readings.
      if ((await hashOf(beside)) !== hash) throw new Error(`${path} changed while it was read.`)
      await rename(beside, place)
    } finally {
      await rm(beside, { force: true })
    }
    return hash
  }

  async get(hash: string, path: string): Promise<void> {
    await copyFile(this.#blob(hash), path)
    if ((await hashOf(path)) !== hash) throw new Error(`The stored file ${hash} is damaged.`)
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

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
