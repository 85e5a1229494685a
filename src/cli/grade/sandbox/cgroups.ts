/** Memory and processes bounded by Linux's control groups, of either version. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Limits } from './index'

/** A group for one runner. */
export interface Group {
  /** Files to which a process writes its number to join. */
  readonly join: readonly string[]
  /** Whether something in it was ended for want of memory. */
  outOfMemory(): boolean
  /** Bytes. */
  peakMemory(): number | undefined
  /** Removes it, once everything in it has ended. @returns whether it is gone */
  remove(): boolean
}

export interface ControlGroups {
  readonly version: 1 | 2
  create(name: string, limits: Limits): Group
}

/** Where control groups are described; tests give other files. */
export interface Places {
  readonly mountinfo: string
  readonly own: string
}

const SELF: Places = { mountinfo: '/proc/self/mountinfo', own: '/proc/self/cgroup' }

/** @returns undefined where this process may not make control groups for memory and processes */
export function findControlGroups(places: Places = SELF): ControlGroups | undefined {
  let mounts: Mount[]
  let own: Map<string, string>
  try {
    mounts = readMounts(readFileSync(places.mountinfo, 'utf8'))
    own = readOwn(readFileSync(places.own, 'utf8'))
  } catch {
    return undefined
  }
  return first(mounts, own) ?? second(mounts, own)
}

interface Mount {
  readonly type: string
  readonly root: string
  readonly point: string
  readonly options: readonly string[]
}

/** https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
function readMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ')
    const fields = before?.split(' ') ?? []
    const [type, , options] = after?.split(' ') ?? []
    if (type !== 'cgroup' && type !== 'cgroup2') return []
    return [{ type, root: fields[3] ?? '/', point: fields[4] ?? '', options: options?.split(',') ?? [] }]
  })
}

/** This process's group by controller; under '' that of version 2. */
function readOwn(text: string): Map<string, string> {
  const own = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (controllers !== undefined && path !== undefined)
      for (const controller of controllers.split(',')) own.set(controller, path)
  }
  return own
}

/** The folder of this process's own group below a mount. */
function folderOf(mount: Mount, path: string): string {
  const inside = mount.root !== '/' && path.startsWith(mount.root) ? path.slice(mount.root.length) : path
  const folder = join(mount.point, inside)
  return existsSync(folder) ? folder : mount.point
}

function first(mounts: readonly Mount[], own: ReadonlyMap<string, string>): ControlGroups | undefined {
  const folder = (controller: string) => {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller))
    return mount && folderOf(mount, own.get(controller) ?? '/')
  }
  const memory = folder('memory')
  const pids = folder('pids')
  if (!memory || !pids || ![memory, pids].every(mayMakeGroups)) return undefined
  return {
    version: 1,
    create(name, limits) {
      const group = { memory: join(memory, name), pids: join(pids, name) }
      mkdirSync(group.memory)
      mkdirSync(group.pids)
      const bytes = String(limits.memory * 2 ** 20)
      writeFileSync(join(group.memory, 'memory.limit_in_bytes'), bytes)
      // Swap is bounded together with memory, where the kernel counts it.
      const swap = join(group.memory, 'memory.memsw.limit_in_bytes')
      if (existsSync(swap)) writeFileSync(swap, bytes)
      writeFileSync(join(group.pids, 'pids.max'), String(limits.processes))
      return {
        join: Object.values(group).map((folder) => join(folder, 'cgroup.procs')),
        outOfMemory: () => counted(join(group.memory, 'memory.oom_control'), 'oom_kill') > 0,
        peakMemory: () => numberIn(join(group.memory, 'memory.max_usage_in_bytes')),
        remove: () => [group.memory, group.pids].map(removeFolder).every(Boolean),
      }
    },
  }
}

function second(mounts: readonly Mount[], own: ReadonlyMap<string, string>): ControlGroups | undefined {
  const mount = mounts.find(({ type }) => type === 'cgroup2')
  const path = own.get('')
  if (!mount || path === undefined) return undefined
  // A group with processes in it cannot have groups with limits; then one further up may.
  for (let folder = folderOf(mount, path); folder.startsWith(mount.point); folder = dirname(folder)) {
    if (mayMakeGroups(folder) && controls(folder)) return secondIn(folder)
    if (folder === mount.point) break
  }
  return undefined
}

function secondIn(parent: string): ControlGroups {
  return {
    version: 2,
    create(name, limits) {
      const folder = join(parent, name)
      mkdirSync(folder)
      writeFileSync(join(folder, 'memory.max'), String(limits.memory * 2 ** 20))
      const swap = join(folder, 'memory.swap.max')
      if (existsSync(swap)) writeFileSync(swap, '0')
      const together = join(folder, 'memory.oom.group')
      if (existsSync(together)) writeFileSync(together, '1')
      writeFileSync(join(folder, 'pids.max'), String(limits.processes))
      return {
        join: [join(folder, 'cgroup.procs')],
        outOfMemory: () => counted(join(folder, 'memory.events'), 'oom_kill') > 0,
        peakMemory: () => numberIn(join(folder, 'memory.peak')),
        remove: () => removeFolder(folder),
      }
    },
  }
}

/** Whether groups in it can have limits, or can be given them. */
function controls(folder: string): boolean {
  const file = join(folder, 'cgroup.subtree_control')
  const has = () => {
    const controllers = readFileSync(file, 'utf8').trim().split(' ')
    return ['memory', 'pids'].every((controller) => controllers.includes(controller))
  }
  try {
    if (has()) return true
    writeFileSync(file, '+memory +pids')
    return has()
  } catch {
    return false
  }
}

/** Only trying tells: a folder may be writable and its file system not. */
function mayMakeGroups(folder: string): boolean {
  const trial = join(folder, `genbook-trial-${process.pid}`)
  try {
    accessSync(folder, constants.W_OK)
    mkdirSync(trial)
    rmdirSync(trial)
    return true
  } catch {
    return false
  }
}

function removeFolder(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

function counted(file: string, key: string): number {
  return Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(textIn(file))?.[1] ?? 0)
}

function numberIn(file: string): number | undefined {
  const text = textIn(file).trim()
  return /^\d+$/.test(text) ? Number(text) : undefined
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
