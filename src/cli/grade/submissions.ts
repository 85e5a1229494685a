/** Finds what was handed in. Symbolic links are never followed: they could lead to another's work, or out of the folder. */
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'
import { UsageError } from '../failure'
import type { Submission } from './types'

const NOTEBOOK = /\.(genbook|ipynb)$/i
/** Folders below a student's: nbgrader has one for the assignment. */
const DEEPEST = 3

/**
 * Submissions in order of their names: notebooks that are named, those in a named folder, and one in each folder of a student.
 *
 * @param master its name tells which of several notebooks of a student is meant.
 * @throws UsageError where something named is not there, or two submissions would have one name.
 */
export async function findSubmissions(paths: readonly string[], master: string): Promise<Submission[]> {
  const found: Submission[] = []
  for (const path of paths) {
    const info = await stat(path).catch((error: Error) => {
      throw new UsageError(`${path}: ${error.message}`)
    })
    if (info.isDirectory()) found.push(...(await inFolder(path, master)))
    else found.push({ name: basename(path), student: stem(path), path })
  }
  const names = new Map<string, string>()
  for (const { name, path } of found) {
    const other = names.get(name)
    if (other !== undefined && other !== path)
      throw new UsageError(`${other} and ${path} are both called ${name}; name the folder that holds both.`)
    names.set(name, path)
  }
  if (!found.length) throw new UsageError(`No notebook was found in ${paths.join(', ')}.`)
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

async function inFolder(root: string, master: string): Promise<Submission[]> {
  const found: Submission[] = []
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const path = join(root, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) found.push(await ofStudent(root, entry.name, master))
    else if (NOTEBOOK.test(entry.name))
      found.push({
        name: entry.name,
        student: stem(entry.name),
        path,
        ...(entry.isSymbolicLink() && { problem: LINK }),
      })
    else if (entry.isSymbolicLink())
      found.push({ name: entry.name, student: entry.name, path, problem: LINK })
  }
  return found
}

const LINK = 'This is a symbolic link; hand in the notebook itself.'

async function ofStudent(root: string, student: string, master: string): Promise<Submission> {
  const folder = join(root, student)
  const files = await notebooksIn(folder, DEEPEST)
  const same = files.filter((path) => stem(path) === stem(master))
  const candidates = same.length ? same : files
  const [path] = candidates
  if (path !== undefined && candidates.length === 1) return { name: relative(root, path), student, path }
  const problem = candidates.length
    ? `There are ${candidates.length} notebooks, and none of them is clearly the one to grade: ${candidates
        .slice(0, 5)
        .map((path) => relative(folder, path))
        .join(', ')}.`
    : 'There is no notebook in this folder.'
  return { name: student, student, path: folder, problem }
}

async function notebooksIn(folder: string, depth: number): Promise<string[]> {
  const found: string[] = []
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory() && depth > 1) found.push(...(await notebooksIn(path, depth - 1)))
    else if (NOTEBOOK.test(entry.name)) found.push(path)
  }
  return found.sort()
}

function stem(path: string): string {
  return basename(path, extname(path))
}

export interface Shard {
  /** From 1. */
  readonly index: number
  readonly count: number
}

/** One of several parts that together are all, each submission in exactly one. */
export function shardOf<T>(items: readonly T[], { index, count }: Shard): T[] {
  return items.filter((_, place) => place % count === index - 1)
}
