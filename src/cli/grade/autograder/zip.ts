/** A Gradescope autograder as a zip: master, Genbook and the Node that it runs on. Nothing is fetched where it is used. */
import { open, readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { zipSync, type Zippable } from 'fflate'
import { built } from '../../built'
import { PROGRAM_FILES } from '../../../renderers/report/program'
import { UsageError } from '../../failure'
import { runScript, SETUP } from './scripts'

/** What of the built files grading needs. */
const FILES = ['genbook.mjs', ...built.runnerFiles.map((file) => basename(file)), ...PROGRAM_FILES]

export interface AutograderParts {
  /** Path of the master notebook. */
  readonly master: string
  /** The folder of the built files. */
  readonly dist: string
  /** Path of a Node for Linux on x64, where Gradescope runs. */
  readonly node: string
  /** Further words of the call of \`genbook grade\`. */
  readonly options: readonly string[]
}

/** @throws UsageError where the Node is for another machine */
export async function autograderZip({ master, dist, node, options }: AutograderParts): Promise<Uint8Array> {
  await checkNode(node)
  const name = basename(master)
  const files: Zippable = {
    'setup.sh': executable(text(SETUP)),
    run_autograder: executable(text(runScript({ master: name, options }))),
    [`master/${name}`]: plain(await readFile(master)),
    node: executable(await readFile(node)),
    'genbook/package.json': plain(text(await manifest(dist))),
  }
  for (const file of FILES) files[`genbook/dist/${file}`] = plain(await readFile(join(dist, file)))
  for (const folder of ['wasm', 'weights'])
    for (const file of await readdir(join(dist, folder)))
      files[`genbook/dist/${folder}/${file}`] = plain(await readFile(join(dist, folder, file)))
  return zipSync(files)
}

const text = (value: string) => new TextEncoder().encode(value)

/** Unix, and a file's permissions in the upper half of its attributes. */
const UNIX = 3
const plain = (bytes: Uint8Array): [Uint8Array, object] => [
  bytes,
  { os: UNIX, attrs: (0o100644 << 16) >>> 0 },
]
const executable = (bytes: Uint8Array): [Uint8Array, object] => [
  bytes,
  { os: UNIX, attrs: (0o100755 << 16) >>> 0 },
]

/** Of Genbook's own package, what its command line reads. */
async function manifest(dist: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(dist, '../package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
  }
  return JSON.stringify({ name, version, type: 'module' })
}

/** The head of an ELF file says for which machine it is. */
async function checkNode(path: string): Promise<void> {
  const file = await open(path).catch((error: Error) => {
    throw new UsageError(`--node ${path}: ${error.message}`)
  })
  try {
    const head = Buffer.alloc(20)
    await file.read(head, 0, 20, 0)
    const elf64 = head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2
    if (elf64 && head.readUInt16LE(18) === 0x3e) return
  } finally {
    await file.close()
  }
  throw new UsageError(
    `${path} is no Node for Linux on x64, where Gradescope runs; name one with --node (\`bin/node\` of the linux-x64 archive of nodejs.org).`,
  )
}
