/**
 * V8's code cache of the runner's program: what the master's run has compiled is not compiled again for every submission.
 *
 * Made by a process that ran nothing but Genbook and the instructor's notebook, and shown to others read-only.
 */
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunnerProcess } from './runnerProcess'

export class CodeCache {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * @param runner of the master, when its cells have run
   * @throws RunnerEnded, and errors of the file system
   */
  static async of(runner: RunnerProcess): Promise<CodeCache> {
    const files = await runner.codeCache()
    const folder = await mkdtemp(join(tmpdir(), 'genbook-code-'))
    // Runners may be of another user; nothing in it is a secret.
    await chmod(folder, 0o755)
    for (const [name, base64] of Object.entries(files)) {
      const path = join(folder, name)
      await writeFile(path, Buffer.from(base64, 'base64'))
      await chmod(path, 0o644)
    }
    return new CodeCache(folder)
  }

  /** Undefined where somebody has cleared it away. */
  get folder(): string | undefined {
    return existsSync(this.#folder) ? this.#folder : undefined
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
