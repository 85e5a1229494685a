/**
 * Each wall of the sandbox has an attack that fails where the wall stands, and succeeds where it is taken away: so the attack is
 * real, and the wall is what stops it.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test, type TestContext } from 'node:test'
import { needBubblewrap } from '../../../scripts/bubblewrap.mjs'
import { bubblewrapArguments, type Wall } from '../../../src/cli/grade/sandbox/bubblewrap'
import { findControlGroups } from '../../../src/cli/grade/sandbox/cgroups'
import type { Ended, Launched } from '../../../src/cli/grade/sandbox'
import { byGroups, byProcessLimits, unlimited } from '../../../src/cli/grade/sandbox/launch'

// The test of inherited files runs this file once more, as a grader that has inherited one.
const CHILD = '--with-inherited-file'

type Exchange = (wall: Wall) => readonly string[]
const standing: Exchange = (wall) => wall.arguments
const without =
  (name: string, other: readonly string[] = []): Exchange =>
  (wall) =>
    wall.name === name ? other : wall.arguments

/** Programs of the system, for attackers that JavaScript is not enough for. */
const SYSTEM = ['/usr', '/bin', '/lib', '/lib64'].map((folder) => ({ from: folder, to: folder }))

function attack(command: readonly string[], exchange: Exchange, files = SYSTEM): string[] {
  return ['bwrap', ...bubblewrapArguments({ files, command }, exchange)]
}

interface Ran {
  readonly code: number | null
  readonly output: string
}

function run([program = '', ...rest]: readonly string[], env = process.env): Promise<Ran> {
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

const sh = (script: string) => ['/bin/sh', '-c', script]

/** @param script exits with 0 where the attack succeeds */
async function holds(script: string, missing: Exchange): Promise<void> {
  const open = await run(attack(sh(script), missing))
  assert.equal(open.code, 0, `without the wall the attack should succeed: ${open.output}`)
  const closed = await run(attack(sh(script), standing))
  assert.notEqual(closed.code, 0, `with the wall the attack should fail: ${closed.output}`)
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'genbook-sandbox-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function defineTests(): void {
  before(needBubblewrap)

  test('sandbox: whoever starts it, inside is nobody', async () => {
    await holds('[ "$(id -u)" != 65534 ]', without('user'))
  })

  test('sandbox: no further user namespace, which would bring capabilities', async () => {
    const userOnly = ['--unshare-user', '--uid', '65534', '--gid', '65534']
    await holds('unshare --user true', without('user', userOnly))
  })

  test('sandbox: no network', async (t) => {
    const server = createServer((socket) => socket.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const { port } = server.address() as { port: number }
    const script = `require('net').connect(${port}, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))`
    const files = [...SYSTEM, { from: process.execPath, to: '/node' }]
    const connect = (exchange: Exchange) => run(attack(['/node', '-e', script], exchange, files))
    assert.equal((await connect(without('namespaces'))).code, 0)
    assert.notEqual((await connect(standing)).code, 0)
  })

  test('sandbox: no other process can be seen or signalled', async () => {
    await holds(`kill -0 ${process.pid}`, without('namespaces'))
  })

  test('sandbox: it ends with the grader, even where that is killed', async () => {
    // `cat` answers as long as it lives; the shell between is the grader.
    const start = (exchange: Exchange) => {
      const command = ['-c', '"$@" <&3 >&3 & wait', 'sh', ...attack(['/bin/cat'], exchange)]
      const child = spawn('/bin/sh', command, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
      return { child, line: child.stdio[3] as Duplex }
    }
    /** @returns false once nobody answers any more */
    const echoed = (line: Duplex, word: string) =>
      new Promise<boolean>((resolve) => {
        let said = ''
        const settle = (answered: boolean) => {
          line.off('data', listen).off('end', silent).off('error', silent)
          resolve(answered)
        }
        const listen = (chunk: Buffer) => void ((said += String(chunk)).includes(word) && settle(true))
        const silent = () => settle(false)
        line.on('data', listen).on('end', silent).on('error', silent)
        if (line.readableEnded || line.destroyed) silent()
        else line.write(`${word}\n`)
      })
    for (const [exchange, survives] of [
      [without('die with parent'), true],
      [standing, false],
    ] as const) {
      const { child, line } = start(exchange)
      assert.ok(await echoed(line, 'ready'))
      const gone = new Promise((resolve) => child.on('exit', resolve))
      child.kill('SIGKILL')
      await gone
      // The kernel takes a moment to end it, but not a thousand answers.
      let answers = 0
      while (answers < 1000 && (await echoed(line, `alive ${answers}`))) answers++
      assert.equal(answers === 1000, survives, `${answers} answers`)
      line.destroy()
    }
  })

  test("sandbox: the grader's terminal cannot be written to", async () => {
    const typed = async (exchange: Exchange) => {
      const command = attack(sh('echo forged > /dev/tty'), exchange).map((part) => `'${part}'`)
      return (await run(['script', '-qec', command.join(' '), '/dev/null'])).output
    }
    assert.match(await typed(without('session')), /^forged/m)
    assert.doesNotMatch(await typed(standing), /^forged/m)
  })

  test("sandbox: the grader's environment is not handed on", async () => {
    const env = { ...process.env, GENBOOK_SECRET: 'in the environment' }
    const show = (exchange: Exchange) => run(attack(['/usr/bin/env'], exchange), env)
    assert.match((await show(without('environment'))).output, /in the environment/)
    assert.doesNotMatch((await show(standing)).output, /in the environment/)
  })

  test('sandbox: no capability is kept, even where root starts it', async (t) => {
    // Nobody's id takes capabilities, too; this wall has to hold alone.
    const rootInside: Exchange = (wall) => (wall.name === 'user' ? [] : wall.arguments)
    const nothing: Exchange = (wall) => (wall.name === 'capabilities' ? [] : rootInside(wall))
    const mount = (exchange: Exchange) => run(attack(['unshare', '--mount', 'true'], exchange))
    if (process.getuid?.() === 0) assert.equal((await mount(nothing)).code, 0)
    else t.diagnostic('not root: there are no capabilities to keep')
    assert.notEqual((await mount(rootInside)).code, 0)
    assert.notEqual((await mount(standing)).code, 0)
  })

  test('sandbox: what is shown of the disk cannot be changed', async (t) => {
    const path = folder(t)
    const file = join(path, 'master')
    const files = [...SYSTEM, { from: path, to: '/genbook' }]
    const overwrite = sh('echo changed > /genbook/master')
    const writable: Exchange = (wall) =>
      wall.name === 'files read-only'
        ? wall.arguments.map((part) => part.replace('--ro-bind', '--bind'))
        : wall.arguments
    for (const [exchange, text] of [
      [writable, 'changed\n'],
      [standing, 'original'],
    ] as const) {
      writeFileSync(file, 'original')
      await run(attack(overwrite, exchange, files))
      assert.equal(readFileSync(file, 'utf8'), text)
    }
  })

  for (const [name, place] of [
    ['tmp size', '/tmp'],
    ['shm size', '/dev/shm'],
  ] as const)
    test(`sandbox: ${place} holds so much and no more`, async () => {
      await holds(`head -c 40000000 /dev/zero > ${place}/bomb`, without(name, ['--tmpfs', place]))
    })

  test('sandbox: nothing can be written to /dev', async () => {
    await holds('echo x > /dev/new', without('devices read-only'))
  })

  test('sandbox: nothing can be written to /', async () => {
    await holds('echo x > /new', without('root read-only'))
  })

  test('sandbox: there is no /proc to read memory and other processes from', async () => {
    const proc: Exchange = (wall) =>
      wall.name === 'devices' ? [...wall.arguments, '--proc', '/proc'] : wall.arguments
    await holds('cat /proc/self/maps', proc)
  })

  test('sandbox: files that the grader inherited open are not handed on', async (t) => {
    const secret = join(folder(t), 'secret')
    writeFileSync(secret, 'in an open file')
    const show = async (how: 'open' | 'closed') => {
      const child = spawn(process.execPath, [import.meta.filename, CHILD, how], {
        stdio: [
          'ignore',
          'pipe',
          'inherit',
          ...Array.from({ length: PLACE - 3 }, () => 'ignore' as const),
          openSync(secret, 'r'),
        ],
        env: { ...process.env, NODE_TEST_CONTEXT: '' },
      })
      let output = ''
      child.stdout!.on('data', (chunk) => (output += String(chunk)))
      await new Promise((resolve) => child.on('close', resolve))
      return output
    }
    assert.match(await show('open'), /in an open file/)
    assert.equal(await show('closed'), 'nothing')
  })

  const LIMITS = { memory: 300, processes: 64 }
  /** Takes 600 MiB in ArrayBuffers, which are no part of JavaScript's heap. */
  const GREEDY = [
    process.execPath,
    '-e',
    'const all = []; for (let i = 0; i < 600; i++) all.push(new Uint8Array(2 ** 20).fill(1)); console.log("took it all")',
  ]
  /** Starts 100 processes that wait for each other, then counts those that could be started. */
  const MANY = sh(
    'i=0; while [ $i -lt 100 ]; do (read x < /dev/zero) & i=$((i+1)); done 2>&1; echo started; kill 0',
  )

  test('sandbox: memory is bounded by control groups where there are any, ArrayBuffers included', async (t) => {
    assert.match((await outcome(unlimited(GREEDY))).output, /took it all/)
    const groups = findControlGroups()
    if (!groups) {
      t.diagnostic('no control groups can be made here')
      assert.notEqual(process.getuid?.(), 0, 'root without control groups: the grader refuses to work here')
      return
    }
    const bounded = await outcome(byGroups(groups).launch(GREEDY, LIMITS))
    assert.doesNotMatch(bounded.output, /took it all/)
    assert.equal(bounded.ended.outOfMemory, true)
    assert.ok(bounded.ended.peakMemory! <= 301 * 2 ** 20, String(bounded.ended.peakMemory))
  })

  test('sandbox: memory is bounded by RLIMIT_DATA where there are no control groups', async () => {
    const bounded = await outcome(byProcessLimits().launch(GREEDY, LIMITS))
    assert.doesNotMatch(bounded.output, /took it all/)
    // An honest runner has room: V8 reserves far more addresses than it uses memory.
    const honest = await outcome(
      byProcessLimits().launch([process.execPath, '-e', 'console.log("well")'], LIMITS),
    )
    assert.match(honest.output, /well/)
  })

  test('sandbox: processes are bounded by control groups', async (t) => {
    const groups = findControlGroups()
    if (!groups) return t.diagnostic('no control groups can be made here')
    const fork = attack(MANY, standing)
    assert.doesNotMatch((await outcome(unlimited(fork))).output, /fork/i)
    assert.match((await outcome(byGroups(groups).launch(fork, { ...LIMITS, processes: 30 }))).output, /fork/i)
  })

  test('sandbox: processes are bounded by RLIMIT_NPROC where there are no control groups, each sandbox by itself', async () => {
    // Root is held to no such limit; nor does it grade without control groups.
    const other = ['setpriv', '--reuid=1234', '--regid=1234', '--clear-groups', '--']
    const asUser = (command: string[]) => (process.getuid?.() === 0 ? [...other, ...command] : command)
    const many = (processes: number) => {
      const { files, command } = byProcessLimits().within!(
        { files: [], command: MANY },
        { ...LIMITS, processes },
      )
      // Its libraries are there already, in folders of the system.
      const prlimit = files.filter(({ to }) => to === command[0])
      return asUser(['bwrap', ...bubblewrapArguments({ files: [...SYSTEM, ...prlimit], command })])
    }
    const [one, another] = await Promise.all([run(many(30)), run(many(30))])
    for (const { output } of [one, another]) assert.match(output, /fork/i)
    // Together they start more than one of them may.
    for (const { output } of await Promise.all([run(many(120)), run(many(120))])) {
      assert.doesNotMatch(output, /fork/i)
      assert.match(output, /started/)
    }
  })

  test("sandbox: Node's own permissions are a second layer", async () => {
    const read = 'require("fs").readFileSync("/etc/hostname")'
    assert.equal((await run([process.execPath, '-e', read])).code, 0)
    assert.notEqual((await run([process.execPath, '--permission', '-e', read])).code, 0)
  })
}

async function outcome(launched: Launched): Promise<{ output: string; ended: Ended }> {
  let output = ''
  for (const stream of [launched.stdout, launched.stderr])
    stream.on('data', (chunk) => (output += String(chunk)))
  launched.stdin.end()
  return { ended: await launched.ended, output }
}

/** Node itself sees to the first files that it inherits, but not to those behind a gap. */
const PLACE = 40

/** As a grader that has inherited that file: what does a runner that it starts find there? */
async function showInherited(closed: boolean): Promise<void> {
  const look = [process.execPath, '-e', `process.stdout.write(require('fs').readFileSync(${PLACE}, 'utf8'))`]
  const output = closed ? (await outcome(unlimited(look))).output : (await run(look)).output
  process.stdout.write(output || 'nothing')
}

if (process.argv.includes(CHILD)) await showInherited(process.argv.at(-1) === 'closed')
else defineTests()
