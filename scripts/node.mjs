// Which Node runs the tools. A fresh machine's Node (20.20 or later) only bootstraps; set-up installs Node 24 from
// locked packages, and everything else runs on that. Plain JavaScript without dependencies: it runs before set-up.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const oldest = 24

/** The path of a Node that is new enough, or an error that says what to do. */
export function modernNode() {
  if (Number(process.versions.node.split('.')[0]) >= oldest) return process.execPath
  const windows = process.platform === 'win32'
  const platform = windows ? 'win' : process.platform
  const installed = join(
    root,
    'node_modules',
    `node-${platform}-${process.arch}`,
    'bin',
    windows ? 'node.exe' : 'node',
  )
  if (existsSync(installed)) return installed
  throw new Error(
    `Genbook's tools need Node ${oldest} or later, this is ${process.version}, and no packaged one exists for ` +
      `${process.platform} on ${process.arch}. Install Node ${oldest} and run the command again.`,
  )
}
