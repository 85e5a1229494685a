/**
 * bubblewrap's arguments: which wall each stone is part of.
 *
 * Every group has an attack in the tests that succeeds without it.
 */
import type { Program } from './index'

/** MiB of each place that can be written. */
const TEMPORARY = 16

/** A group of arguments that stand or fall together. */
export interface Wall {
  readonly name: string
  readonly arguments: readonly string[]
}

/** Before the files of the program are put in place. */
const BEFORE: readonly Wall[] = [
  // Nobody's id, and no way to another user namespace, which would bring capabilities back.
  { name: 'user', arguments: ['--unshare-user', '--disable-userns', '--uid', '65534', '--gid', '65534'] },
  // No network, no other process, no shared memory, no host name.
  { name: 'namespaces', arguments: ['--unshare-all'] },
  // The grader's end is the runner's end.
  { name: 'die with parent', arguments: ['--die-with-parent'] },
  // No terminal that could be typed into.
  { name: 'session', arguments: ['--new-session'] },
  { name: 'environment', arguments: ['--clearenv'] },
  { name: 'capabilities', arguments: ['--cap-drop', 'ALL'] },
]

/** After it, in this order: what is mounted may not be written to any more. */
const AFTER: readonly Wall[] = [
  { name: 'devices', arguments: ['--dev', '/dev'] },
  { name: 'tmp size', arguments: ['--size', String(TEMPORARY * 2 ** 20), '--tmpfs', '/tmp'] },
  { name: 'shm size', arguments: ['--size', String(TEMPORARY * 2 ** 20), '--tmpfs', '/dev/shm'] },
  { name: 'devices read-only', arguments: ['--remount-ro', '/dev'] },
  { name: 'root read-only', arguments: ['--remount-ro', '/'] },
  { name: 'folder', arguments: ['--chdir', '/tmp'] },
]

/**
 * @param exchange puts other arguments in the place of a wall's: only tests that attack give it.
 */
export function bubblewrapArguments(
  { files, command }: Program,
  exchange: (wall: Wall) => readonly string[] = ({ arguments: own }) => own,
): string[] {
  const binds: Wall = {
    name: 'files read-only',
    arguments: files.flatMap(({ from, to }) => ['--ro-bind', from, to]),
  }
  return [...[...BEFORE, binds, ...AFTER].flatMap(exchange), '--', ...command]
}
