/** Finds out what keeps runners in on this machine, or why nothing does. */
import { execFileSync } from 'node:child_process'
import { built } from '../../built'
import { bubblewrapArguments } from './bubblewrap'
import { containerSandbox } from './container'
import { SandboxError, type Sandbox } from './index'
import { findLimiter, unlimited, type Limiter } from './launch'

export type SandboxChoice = 'auto' | 'bubblewrap' | 'docker' | 'podman' | 'none'

export interface OpenOptions {
  readonly choice: SandboxChoice
  /** Whether a person vouches for every submission: then it may run without a sandbox. */
  readonly trust: boolean
  /** What engines make their container of. */
  readonly image?: string
}

const INSTALL =
  'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap)'
const OTHERWISE =
  'or use --sandbox docker or podman; --trust grades without any sandbox, which only notebooks of people whom you trust with this machine deserve.'

/**
 * @param limiter finds what bounds memory and processes: only tests give another.
 * @throws SandboxError that says what to install or to allow
 */
export function openSandbox(
  { choice, trust, image }: OpenOptions,
  limiter = () => findLimiter(isRoot()),
): Sandbox {
  if (choice === 'none') {
    if (trust) return noSandbox()
    throw new SandboxError('--sandbox none needs --trust: submissions could do all that you can do here.')
  }
  if (choice === 'docker' || choice === 'podman') return containerSandbox(choice, image)
  try {
    return bubblewrap(limiter())
  } catch (error) {
    if (choice === 'auto' && trust && error instanceof SandboxError) return noSandbox()
    throw error
  }
}

const isRoot = () => process.getuid?.() === 0

function bubblewrap(limiter: Limiter | undefined): Sandbox {
  if (process.platform !== 'linux')
    throw new SandboxError(
      `bubblewrap is for Linux, and this is ${process.platform}: grade on Linux, ${OTHERWISE}`,
    )
  let version: string
  try {
    version = execFileSync('bwrap', ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1) ?? ''
  } catch {
    throw new SandboxError(`There is no sandbox: bwrap was not found. ${INSTALL}, ${OTHERWISE}`)
  }
  if (!limiter)
    throw new SandboxError(
      `Started by root, and no control groups can be made here, so nothing would bound a submission's memory and processes. Grade as another user, allow control groups to be made (in a container: its own, writable), ${OTHERWISE}`,
    )
  works()
  return {
    level: { kind: 'bubblewrap', limits: limiter.kind },
    words: `bubblewrap ${version}; memory and processes bounded by ${limiter.kind}`,
    launch: (program, limits) =>
      limiter.launch(['bwrap', ...bubblewrapArguments(limiter.within?.(program, limits) ?? program)], limits),
  }
}

/** Some systems have bubblewrap but forbid what it does. */
function works(): void {
  const program = { files: [{ from: '/', to: '/' }], command: ['/bin/true'] }
  try {
    execFileSync('bwrap', bubblewrapArguments(program), {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    })
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new SandboxError(
      `bubblewrap does not work here: ${stderr?.trim().split('\n').at(-1) || (error as Error).message}. User namespaces may be forbidden (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns, user.max_user_namespaces); allow them, ${OTHERWISE}`,
    )
  }
}

function noSandbox(): Sandbox {
  const nobody = asNobody()
  const whose = nobody.length ? 'any user without rights' : 'you'
  return {
    level: { kind: 'none', limits: 'none' },
    words: `no sandbox: submissions can do all that ${whose} can do on this machine`,
    launch: ({ files, command }) =>
      unlimited([...nobody, ...command.flatMap((part) => outside(part, files))]),
  }
}

/** For the instructor's own notebook, which `genbook run` and `genbook lint` run no other way: with whatever GPU there is. */
export function ownProcess(): Sandbox {
  return {
    level: { kind: 'none', limits: 'none' },
    words: 'no sandbox: the notebook is your own',
    launch: () => unlimited([process.execPath, '--no-warnings', built.runner], process.env),
  }
}

const DROP = [
  ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  ...['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'],
]

/** Started by root, submissions are nobody's: the command for it, where nobody may read what runs them. */
function asNobody(): readonly string[] {
  if (process.getuid?.() !== 0) return []
  const [command = '', ...rest] = DROP
  const readable = ['/bin/sh', '-c', 'test -r "$1" && test -x "$2"', 'sh', built.runner, process.execPath]
  try {
    execFileSync(command, [...rest, ...readable], { stdio: 'ignore' })
    return DROP
  } catch {
    return []
  }
}

const MAY_READ = '--allow-fs-read='

/** Without a sandbox, files are where they are, and Node's own permissions still forbid other files and programs. */
function outside(part: string, files: readonly { from: string; to: string }[]): string[] {
  if (part.startsWith(MAY_READ)) return files.map(({ from }) => MAY_READ + from)
  const file = files.find(({ to }) => part === to || part.startsWith(`${to}/`))
  return [file ? file.from + part.slice(file.to.length) : part]
}
