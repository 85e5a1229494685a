import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findControlGroups } from '../../../src/cli/grade/sandbox/cgroups'
import { containerArguments } from '../../../src/cli/grade/sandbox/container'
import { SandboxError } from '../../../src/cli/grade/sandbox'
import { openSandbox } from '../../../src/cli/grade/sandbox/open'

const LIMITS = { memory: 512, processes: 64 }
const PROGRAM = {
  files: [{ from: '/opt/node', to: '/genbook/node' }],
  command: ['/genbook/node', '--permission', '/genbook/runner.mjs'],
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'genbook-groups-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Files as the kernel shows them, of version 2, in a folder. */
function second(t: TestContext, controllers: string) {
  const root = folder(t)
  mkdirSync(join(root, 'user/session'), { recursive: true })
  writeFileSync(join(root, 'cgroup.subtree_control'), 'cpu memory pids\n')
  writeFileSync(join(root, 'user/cgroup.subtree_control'), controllers)
  writeFileSync(join(root, 'mountinfo'), `30 20 0:26 / ${root} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n`)
  writeFileSync(join(root, 'own'), '0::/user/session\n')
  return { root, groups: findControlGroups({ mountinfo: join(root, 'mountinfo'), own: join(root, 'own') }) }
}

test('control groups of version 2: a group beside the session, with limits and no swap', (t) => {
  const { root, groups } = second(t, 'memory pids\n')
  assert.equal(groups?.version, 2)
  mkdirSync(join(root, 'user/other'))
  const group = groups.create('genbook-1', LIMITS)
  const made = join(root, 'user/genbook-1')
  assert.equal(readFileSync(join(made, 'memory.max'), 'utf8'), String(512 * 2 ** 20))
  assert.equal(readFileSync(join(made, 'pids.max'), 'utf8'), '64')
  assert.deepEqual(group.join, [join(made, 'cgroup.procs')])
  assert.equal(group.outOfMemory(), false)
  writeFileSync(join(made, 'memory.events'), 'low 0\noom 2\noom_kill 1\n')
  writeFileSync(join(made, 'memory.peak'), '1234\n')
  assert.equal(group.outOfMemory(), true)
  assert.equal(group.peakMemory(), 1234)
})

test('control groups of version 2: where the near one cannot have limits, one further up may', (t) => {
  const { root, groups } = second(t, 'cpu\n')
  rmSync(join(root, 'user/cgroup.subtree_control'))
  // What the kernel refuses with EBUSY is here a folder in the file's place.
  mkdirSync(join(root, 'user/cgroup.subtree_control'))
  const again = findControlGroups({ mountinfo: join(root, 'mountinfo'), own: join(root, 'own') })
  assert.ok(groups && again)
  again.create('genbook-2', LIMITS)
  assert.equal(readFileSync(join(root, 'genbook-2/pids.max'), 'utf8'), '64')
})

test('where there are no control groups there are none', (t) => {
  const root = folder(t)
  writeFileSync(join(root, 'mountinfo'), '1 1 0:1 / / rw - ext4 /dev/sda rw\n')
  writeFileSync(join(root, 'own'), '')
  assert.equal(findControlGroups({ mountinfo: join(root, 'mountinfo'), own: join(root, 'own') }), undefined)
  assert.equal(findControlGroups({ mountinfo: join(root, 'none'), own: join(root, 'none') }), undefined)
})

test('where nothing bounds memory and processes it refuses', () => {
  assert.throws(
    () => openSandbox({ choice: 'bubblewrap', trust: false }, () => undefined),
    (error) =>
      error instanceof SandboxError &&
      /no control groups can be made|bwrap was not found|for Linux/.test(error.message),
  )
})

test('without a sandbox it refuses unless a person vouches', () => {
  assert.throws(() => openSandbox({ choice: 'none', trust: false }), /needs --trust/)
  assert.equal(openSandbox({ choice: 'none', trust: true }).level.kind, 'none')
})

test('a container has no network, no capabilities, nothing to write but /tmp, and limits', () => {
  const args = containerArguments(PROGRAM, LIMITS, 'image:1', 'genbook-1-1')
  for (const wanted of [
    '--network=none',
    '--read-only',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    '--user=65534:65534',
    '--memory=512m',
    '--memory-swap=512m',
    '--pids-limit=64',
    '--pull=never',
    '--ipc=none',
    '--rm',
    '--ulimit=nofile=1024:1024',
    '--env=HTTPS_PROXY=',
    '--env=https_proxy=',
    '--mount=type=bind,source=/opt/node,target=/genbook/node,readonly',
  ])
    assert.ok(args.includes(wanted), wanted)
  assert.ok(
    !args.some((argument) => /privileged$|--env=\w+=.|--publish|docker\.sock|--volume/.test(argument)),
  )
  const image = args.indexOf('image:1')
  assert.equal(args[image - 1], '--entrypoint=/genbook/node')
  assert.deepEqual(args.slice(image + 1), ['--permission', '/genbook/runner.mjs'])
})
