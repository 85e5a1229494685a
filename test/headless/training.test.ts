/** `npm run train`, as a person uses it: it may be stopped at any moment, and goes on as if it had not been. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Card } from '../../src/models'

const NAME = 'digits-judge'

interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly printed: string
}

function train(args: readonly string[], options: readonly string[] = [], env = process.env): Promise<Ended> {
  const child = spawn(process.execPath, [...options, 'scripts/train.mjs', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += String(data)))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, printed }))
  })
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'genbook-train-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Kills its own process where the nth checkpoint is put in its place, before or after that, whatever the machine's load. */
const KILLER = `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const { rename } = fs.promises
const [moment, nth] = process.env.KILL.split(' ')
let seen = 0
const die = () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}) }
fs.promises.rename = async (from, to) => {
  const last = ++seen === Number(nth)
  if (last && moment === 'before') await die()
  await rename(from, to)
  if (last) await die()
}
syncBuiltinESMExports()
`

test('a training that is killed, three times over, ends with the same bits as one that ran through', async (t) => {
  const [whole, killed] = [folder(t), folder(t)]
  // Checkpoints after 2, 4 and 5 steps.
  const args = [NAME, '--steps', '5', '--save-every', '2', '--out']
  const through = await train([...args, whole])
  assert.equal(through.status, 0, through.printed)
  assert.match(through.printed, /step 5 of 5: .*\nmeasuring …\naccuracy: .*\nwrote /s)
  assert.doesNotMatch(through.printed, /goes on/)

  const killer = join(killed, 'killer.mjs')
  writeFileSync(killer, KILLER)
  // After two steps; with a file half in place, and two steps to do again; before anything is made of what was trained.
  for (const [i, moment] of ['after 1', 'before 1', 'after 2'].entries()) {
    const { signal, printed } = await train([...args, killed], ['--import', killer], {
      ...process.env,
      KILL: moment,
    })
    assert.equal(signal, 'SIGKILL', printed)
    assert.equal(printed.includes('goes on from'), i > 0, printed)
    assert.ok(!readdirSync(killed).includes(`${NAME}.safetensors`))
  }
  const last = await train([...args, killed])
  assert.equal(last.status, 0, last.printed)
  assert.match(last.printed, /goes on from/)

  const weights = (path: string) => readFileSync(join(path, `${NAME}.safetensors`))
  assert.ok(weights(killed).equals(weights(whole)), 'the weights differ')
  const card = (path: string) => {
    const { training, ...rest } = JSON.parse(readFileSync(join(path, `${NAME}.json`), 'utf8')) as Card
    const { minutes, date, ...said } = training
    assert.ok(minutes > 0)
    assert.match(date, /^\d{4}-\d\d-\d\d$/)
    return { ...rest, training: said }
  }
  assert.deepEqual(card(killed), card(whole))
  // Nothing is left that the next training could go on from.
  assert.deepEqual(readdirSync(join(killed, `${NAME}-training`)), [])
})

test('what is asked for wrongly is an error that says how', async (t) => {
  const unknown = await train(['digits'])
  assert.equal(unknown.status, 2)
  assert.match(unknown.printed, /npm run train -- NAME .*, where NAME is one of .*digits-judge/)
  const out = folder(t)
  for (const steps of ['0', 'many']) {
    const { status, printed } = await train([NAME, '--steps', steps, '--out', out])
    assert.notEqual(status, 0)
    assert.match(printed, new RegExp(`--steps must be a positive whole number, but is "${steps}"`))
  }
  assert.deepEqual(readdirSync(out), [])
})
