/** Which Node runs Genbook: this one, or the one that its packages bring along. Runs on older ones, too. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const OLDEST = [22, 12] as const

/** @returns the path of a Node that is new enough, or undefined where there is none */
export function modernNode(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return process.execPath
  const windows = process.platform === 'win32'
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    const path = join(folder, 'bin', windows ? 'node.exe' : 'node')
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

/** Runs this same command on another Node. @returns its exit status, once it has ended */
export function runAgainOn(node: string): Promise<number> {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  // A terminal sends Ctrl-C to both, and the child decides when to end; anybody else sends it to this process only.
  process.on('SIGINT', () => void (process.stdin.isTTY || child.kill('SIGINT')))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (status, signal) => resolve(status ?? (signal ? 1 : 0)))
  })
}
