/** Masters and submissions as files, in a folder of the test's own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { parseNotebook, writeNotebook, type Notebook } from '../../../src/notebook'
import { releaseNotebook, withRole, withPoints, type Role } from '../../../src/notebook/grading'

export interface WrittenCell {
  readonly id: string
  readonly source: string
  readonly role?: Role
  readonly points?: number
  readonly type?: 'code' | 'markdown'
}

/** A notebook as an instructor would write it. */
export function masterOf(cells: readonly WrittenCell[], seed = 7): Notebook {
  const json = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { genbook: { seed } },
    cells: cells.map(({ id, source, role = 'plain', points, type = 'code' }) => {
      const marked = withRole({}, role, id)
      return {
        id,
        cell_type: type,
        metadata: points === undefined ? marked : withPoints(marked, points),
        source,
        ...(type === 'code' && { execution_count: null, outputs: [] }),
      }
    }),
  }
  return parseNotebook(JSON.stringify(json)).notebook
}

/** What a student hands in: the released notebook with other text in some cells. */
export function submissionOf(master: Notebook, answers: Readonly<Record<string, string>>): Notebook {
  const released = releaseNotebook(master)
  return {
    ...released,
    cells: released.cells.map((cell) => ({ ...cell, source: answers[cell.id] ?? cell.source })),
  }
}

export class Course {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async create(t: Pick<TestContext, 'after'>): Promise<Course> {
    const path = await mkdtemp(join(tmpdir(), 'genbook-grading-'))
    t.after(() => rm(path, { recursive: true, force: true }))
    return new Course(path)
  }

  async write(name: string, content: Notebook | string | Uint8Array): Promise<string> {
    const path = join(this.path, name)
    await mkdir(dirname(path), { recursive: true })
    const bytes =
      typeof content === 'string' || content instanceof Uint8Array ? content : writeNotebook(content)
    await writeFile(path, bytes)
    return path
  }
}
