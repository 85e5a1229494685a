/** A PostgreSQL of a test's own: in a temporary folder, reached through a socket there, never by the network. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needPostgres } from '../../../scripts/postgres.mjs'

export class Postgres {
  readonly #programs: string
  readonly #folder: string
  #server: ChildProcess | undefined

  private constructor(programs: string, folder: string) {
    this.#programs = programs
    this.#folder = folder
  }

  /** Makes a database and starts it. */
  static async start(): Promise<Postgres> {
    const programs = await needPostgres()
    const folder = await mkdtemp(join(tmpdir(), 'genbook-pg-'))
    const owner = otherUser()
    if (owner) await chown(folder, owner.uid, owner.gid)
    const postgres = new Postgres(programs, folder)
    const made = spawnSync(
      ...postgres.#command(
        'initdb',
        '-D',
        join(folder, 'data'),
        '-U',
        'genbook',
        '-A',
        'trust',
        '-N',
        '-E',
        'UTF8',
      ),
      { cwd: folder, encoding: 'utf8' },
    )
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message}`)
    await postgres.up()
    return postgres
  }

  /** What clients connect with. */
  get url(): string {
    return `postgres://genbook@localhost/postgres?host=${encodeURIComponent(this.#folder)}`
  }

  /** Starts the server, and waits until it takes connections. */
  async up(): Promise<void> {
    const settings = ['-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'max_connections=60']
    const server = spawn(
      ...this.#command('postgres', '-D', join(this.#folder, 'data'), '-k', this.#folder, ...settings),
      { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#server = server
    process.once('exit', () => server.kill('SIGKILL'))
    let log = ''
    await new Promise<void>((resolve, reject) => {
      server.stderr.on('data', (text) => {
        log += String(text)
        if (/database system is ready to accept connections/.test(log)) resolve()
      })
      server.on('error', reject)
      server.on('close', () => reject(new Error(`PostgreSQL ended:\n${log}`)))
    })
  }

  /** Ends the server at once, as a crash of its machine would, or in order. */
  async down(signal: 'SIGQUIT' | 'SIGINT' = 'SIGINT'): Promise<void> {
    const server = this.#server
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'close')
    server.kill(signal)
    await ended
  }

  async remove(): Promise<void> {
    await this.down()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** PostgreSQL refuses to run as root. */
  #command(program: string, ...args: string[]): [string, string[]] {
    const path = join(this.#programs, program)
    const owner = otherUser()
    if (!owner) return [path, args]
    return ['setpriv', [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', path, ...args]]
  }
}

function otherUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim()),
  )
  // Where Debian's user is missing, any user without rights will do.
  return uid && gid ? { uid, gid } : { uid: 65534, gid: 65534 }
}
