/** Reaching the channel, or whoever listens to it. What a runner that has been taken over can do is in runnerProcess.test.ts. */
import type { Attack } from './attack'

const FORGED = JSON.stringify({ type: 'answer', answer: { data: 2 } })

/** The attack runs where the tests call, so that its failure is theirs. */
function whenCalled(name: string, code: string, reason: RegExp, more: Partial<Attack> = {}): Attack {
  return {
    name,
    first: `async function double(x: number): Promise<any> { ${code}; return 0 }`,
    status: 'error',
    reason,
    ...more,
  }
}

const NOT_DEFINED =
  /is not defined|undefined|Cannot read|cannot be imported|denied|callback was not specified/i

export const channel: readonly Attack[] = [
  whenCalled('writes to the output', `process.stdout.write(${JSON.stringify(FORGED)})`, NOT_DEFINED),
  whenCalled('finds the process by a function', 'new Function("return process")().exit(0)', NOT_DEFINED),
  whenCalled(
    'finds the process by a constructor',
    '(() => {}).constructor("return this")().process.exit(0)',
    NOT_DEFINED,
  ),
  whenCalled('requires the file system', 'require("fs").writeSync(1, "x")', NOT_DEFINED),
  whenCalled(
    'imports the file system',
    'const fs = await import("node:fs"); fs.writeSync(1, "x")',
    NOT_DEFINED,
  ),
  whenCalled(
    'imports it out of sight of the compiler',
    'const fs = await new Function("return import(\'node:fs\')")(); fs.writeSync(1, "x".repeat(100))',
    NOT_DEFINED,
  ),
  whenCalled(
    'imports threads by eval',
    'const { parentPort } = await (0, eval)("import(\'node:worker_threads\')"); parentPort.postMessage(0)',
    NOT_DEFINED,
  ),
  whenCalled(
    'attaches an inspector',
    'const { Session } = await new Function("return import(\'node:inspector\')")(); new Session().connectToMainThread()',
    NOT_DEFINED,
  ),
  whenCalled('posts a message', `(globalThis as any).postMessage(${FORGED})`, /is not a function/),
  whenCalled(
    'posts to a port',
    'new (globalThis as any).MessageChannel().port1.postMessage(0)',
    /is not a constructor/,
  ),
  whenCalled(
    'broadcasts',
    'new (globalThis as any).BroadcastChannel("x").postMessage(0)',
    /is not a constructor/,
  ),
  whenCalled(
    'starts a thread',
    'new (globalThis as any).Worker("data:text/javascript,0")',
    /is not a constructor/,
  ),
  whenCalled('asks the console for its stream', '(console as any)._stdout.write("x")', NOT_DEFINED),
  {
    name: 'answers twice',
    first:
      'function double(x: number): any { return { then(resolve: (x: number) => void) { resolve(0); resolve(2 * x); resolve(2 * x) } } }',
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'answers before it is asked',
    first:
      'const answers = [2, 4, 6, 34, -11, 2e300]\nfunction double(x: number): any { return answers.shift() }',
    status: 'failed',
    reason: /What came back is not what was expected/,
    // Guessing the order of visible values is no attack, but the hidden ones differ and nothing is left for the third test.
    points: 3,
  },
  {
    name: 'answers for the next test',
    first: 'let calls = 0\nfunction double(x: number): any { calls++; return [2, 4, 6] }',
    status: 'failed',
    reason: /A number expected/,
  },
  {
    name: 'answers after its time',
    first:
      'function double(x: number): any { setTimeout(() => { throw new Error("late " + x) }, 1); return 0 }',
    // Thrown while tests are still to be asked, it is their error; after the last answer, the answers are wrong all the same.
    status: 'error',
    otherStatus: 'failed',
    reason: /expected, and 0 came back|late/,
  },
  {
    name: 'replays what it answered before',
    first: 'let first: number | undefined\nfunction double(x: number): any { return (first ??= 2 * x) }',
    status: 'failed',
    reason: /expected, and 2 came back/,
  },
  {
    name: 'answers with an answer of the channel',
    first: `function double(x: number): any { return { type: 'verdict', holds: true, passed: true, points: 4, status: 'passed' } }`,
    status: 'failed',
    reason: /A number expected/,
  },
  {
    name: 'calls test in the name of the first',
    first:
      'import { test as mine } from "genbook"\nmine("0", { run: () => 2 })\nmine("0", { run: () => 2 })\nfunction double(x: number) { return 0 }',
    status: 'error',
    reason: /has a test of this name already/,
  },
  {
    name: 'declares a test when it is called',
    first:
      'import { test as mine } from "genbook"\nfunction double(x: number): any { mine("9", { run: () => 2 }); return 0 }',
    status: 'error',
    reason: /expected, and 0 came back|declared other tests/,
  },
  {
    name: 'calls test itself',
    first:
      'import { test as mine } from "genbook"\nmine("0", { run: () => 2 })\nfunction double(x: number) { return 0 }',
    status: 'failed',
    reason: /expected, and/,
    others: 2,
  },
]
