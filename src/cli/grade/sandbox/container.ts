/** A container as the sandbox, where there is an engine. */
import { execFile, execFileSync } from 'node:child_process'
import { SandboxError, type Limits, type Program, type Sandbox } from './index'
import { unlimited } from './launch'

export type Engine = 'docker' | 'podman'

/** Any image with glibc does: everything else is bound into it. */
export const DEFAULT_IMAGE = 'debian:stable-slim'
/**
 * Of a container whose first process was ended by SIGKILL. Nothing inside can send that to it, so if it was not us, it was
 * the kernel for want of memory; podman does not always know.
 */
const KILLED = 137
/** MiB. */
const TEMPORARY = 16

/** @throws SandboxError where the engine does not answer */
export function containerSandbox(engine: Engine, image = DEFAULT_IMAGE): Sandbox {
  let version: string
  try {
    version = execFileSync(engine, ['version', '--format', '{{.Server.Version}}'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new SandboxError(
      `${engine} does not answer: ${stderr?.trim().split('\n')[0] || (error as Error).message}. Start its engine, or use another --sandbox.`,
    )
  }
  return {
    level: { kind: engine, limits: 'engine' },
    words: `${engine} ${version}, image ${image}; memory and processes bounded by the engine`,
    launch: (program, limits) => {
      const name = `genbook-${process.pid}-${++containers}`
      const launched = unlimited(
        [engine, ...containerArguments(program, limits, image, name)],
        // Where its engine is, and whose, the client finds there; the container is given nothing of it.
        process.env,
      )
      let killed = false
      return {
        ...launched,
        kill: () => {
          killed = true
          // Without its client the container would go on.
          execFile(engine, ['kill', name], () => launched.kill())
        },
        ended: launched.ended.then((how) => ({ ...how, outOfMemory: how.code === KILLED && !killed })),
      }
    },
  }
}

/** Clients hand these on by themselves, and passwords may stand in them. */
const PROXIES = ['http', 'https', 'ftp', 'no', 'all'].flatMap((kind) => [
  `${kind}_proxy`,
  `${kind}_proxy`.toUpperCase(),
])

let containers = 0

export function containerArguments(
  { files, command }: Program,
  limits: Limits,
  image: string,
  name: string,
): string[] {
  const [program = '', ...rest] = command
  return [
    'run',
    `--name=${name}`,
    '--rm',
    '--interactive',
    // What is not there already is not fetched while grading.
    '--pull=never',
    '--network=none',
    '--ipc=none',
    '--read-only',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    '--user=65534:65534',
    `--memory=${limits.memory}m`,
    // As much as memory: no swap.
    `--memory-swap=${limits.memory}m`,
    `--pids-limit=${limits.processes}`,
    `--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=${TEMPORARY}m`,
    // Engines ask for more of their own, which not every machine gives.
    '--ulimit=nofile=1024:1024',
    '--ulimit=nproc=4096:4096',
    '--workdir=/tmp',
    '--log-driver=none',
    '--hostname=genbook',
    ...PROXIES.map((name) => `--env=${name}=`),
    ...files.map(({ from, to }) => `--mount=type=bind,source=${from},target=${to},readonly`),
    `--entrypoint=${program}`,
    image,
    ...rest,
  ]
}
