/** Files that are either as they were or wholly new, whenever the process or the machine stops. */
import { open, rename, rm } from 'node:fs/promises'

/** Writes beside the file, and moves that in its place. @param content whole, or piece by piece */
export async function writeWhole(path: string, content: string | AsyncIterable<string>): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`
  try {
    const file = await open(beside, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
