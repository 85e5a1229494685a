/** Starts a process with limits, and knows when everything that it started has ended. */
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { findControlGroups, type ControlGroups, type Group } from './cgroups'
import { harmlessDescriptors } from './descriptors'
import type { Ended, Launched, Limits, Program, SandboxLevel } from './index'
import { librariesOf } from './libraries'

/** What bounds memory and processes of a command. */
export interface Limiter {
  readonly kind: SandboxLevel['limits']
  launch(command: readonly string[], limits: Limits): Launched
  /** What must be done about a program inside of its sandbox. */
  within?(program: Program, limits: Limits): Program
}

/** Control groups where they may be made; for others than root limits of the process, else nothing. */
export function findLimiter(root: boolean, groups = findControlGroups()): Limiter | undefined {
  if (groups) return byGroups(groups)
  return root ? undefined : byProcessLimits()
}

/** Joins its groups before it becomes the command, so that nothing of the command is outside of them. */
const JOIN =
  'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 125; shift; n=$((n-1)); done; exec "$@"'

let launches = 0

export function byGroups(groups: ControlGroups): Limiter {
  return {
    kind: `cgroup v${groups.version}`,
    launch(command, limits) {
      const group = groups.create(`genbook-${process.pid}-${++launches}`, limits)
      return start(['/bin/sh', '-c', JOIN, 'sh', String(group.join.length), ...group.join, ...command], group)
    },
  }
}

/** MiB that V8 reserves for code, of which it uses a fraction; RLIMIT_DATA counts them all. */
const RESERVED = 640

/** Where a sandbox shows the program that sets limits. */
const PRLIMIT = '/genbook/prlimit'

/**
 * RLIMIT_DATA counts private memory, ArrayBuffers among it. RLIMIT_AS would count addresses, of which V8 reserves a hundred
 * gigabytes. RLIMIT_NPROC counts all processes of a user in a user namespace: set inside, those of one sandbox and no others.
 * Root is never held to it, and is refused without control groups.
 */
export function byProcessLimits(): Limiter {
  return {
    kind: 'rlimit',
    launch: (command, { memory }) =>
      start(['prlimit', `--data=${(memory + RESERVED) * 2 ** 20}`, '--core=0', '--', ...command]),
    within({ files, command }, { processes }) {
      const prlimit = execFileSync('/bin/sh', ['-c', 'command -v prlimit'], { encoding: 'utf8' }).trim()
      const places = new Set(files.map(({ to }) => to))
      const libraries = librariesOf(prlimit).filter((file) => !places.has(file))
      return {
        files: [
          ...files,
          ...libraries.map((file) => ({ from: file, to: file })),
          { from: realpathSync(prlimit), to: PRLIMIT },
        ],
        command: [PRLIMIT, `--nproc=${processes}`, '--', ...command],
      }
    },
  }
}

/** Without any limit: only for `--trust`, for engines that have limits of their own, and for the instructor's own notebook. */
export function unlimited(command: readonly string[], environment?: NodeJS.ProcessEnv): Launched {
  return start(command, undefined, environment)
}

function start(command: readonly string[], group?: Group, environment?: NodeJS.ProcessEnv): Launched {
  const descriptors = harmlessDescriptors()
  const [program = '', ...rest] = command
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors.stdio],
    // The command's own environment is the sandbox's business; this is what the steps before it need.
    env: environment ?? { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
  }) as ChildProcessWithoutNullStreams
  descriptors.close()
  // A runner that has ended reads nothing more; its end says so.
  child.stdin.on('error', () => {})
  const ended = new Promise<Omit<Ended, 'outOfMemory'>>((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, failure: error.message }))
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    kill: () => void child.kill('SIGKILL'),
    ended: ended.then(async (how) => {
      if (!group) return { ...how, outOfMemory: false }
      const outOfMemory = group.outOfMemory()
      const peakMemory = group.peakMemory()
      await removed(group)
      return { ...how, outOfMemory, ...(peakMemory !== undefined && { peakMemory }) }
    }),
  }
}

/** The kernel takes a moment to clear away what was killed; a group that stays after that does no harm. */
async function removed(group: Group): Promise<void> {
  for (let wait = 1; wait < 2000 && !group.remove(); wait *= 2) await sleep(wait)
}
