/** Using up time, memory and everything else. */
import type { Attack } from './attack'

const WRONG = '\nfunction double(x: number): any { return 0 }'

function bomb(
  name: string,
  status: Attack['status'],
  reason: RegExp,
  code: string,
  more: Partial<Attack> = {},
): Attack {
  return { name, first: code + WRONG, status, reason, ...more }
}

/** Time: each costs its time limit, so they are graded apart, with a short one. */
export const timeBombs: readonly Attack[] = [
  bomb('loops for ever', 'timeout', /longer than/, 'while (true) {}'),
  bomb('loops where no check is', 'timeout', /did not stop/, 'new Function("while (true) {}")()', {
    others: 0,
  }),
  bomb(
    'endless microtasks',
    'timeout',
    /did not stop/,
    'new Function("const again = () => { Promise.resolve().then(again) }; again()")()\nawait new Promise(() => {})',
    { others: 0 },
  ),
  bomb(
    'timers without end',
    'timeout',
    /longer than|did not stop/,
    'const again = (): unknown => setTimeout(again, 0)\nfor (let i = 0; i < 1000; i++) again()\nawait new Promise(() => {})',
    { others: 2 },
  ),
  bomb('waits for ever', 'timeout', /longer than/, 'await new Promise(() => {})'),
  bomb(
    'blocks its thread',
    'timeout',
    /did not stop/,
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
    { others: 0 },
  ),
  bomb(
    'a regular expression that never ends',
    'timeout',
    /did not stop/,
    '/^(a+)+$/.test("a".repeat(60) + "b")',
    { others: 0 },
  ),
  bomb('a catch that never gives up', 'timeout', /longer than/, 'for (;;) try { for (;;); } catch {}'),
  {
    name: 'a test that never returns',
    first: 'function double(x: number): any { for (;;); }',
    status: 'timeout',
    reason: /longer than/,
  },
]

export const bombs: readonly Attack[] = [
  bomb(
    'memory in arrays of bytes',
    'oom',
    /memory/,
    'const all = []\nfor (;;) all.push(new Float64Array(1e6).fill(1))',
    { others: 0 },
  ),
  bomb(
    'memory in texts',
    'oom',
    /memory/,
    'let text = "x".repeat(1e6)\nconst all: string[] = []\nfor (;;) all.push([...text].join(String(all.length)))',
    { others: 0 },
  ),
  bomb('memory in tensors', 'oom', /memory/, 'const all = []\nfor (;;) all.push(tf.ones([1000, 1000]))', {
    others: 0,
  }),
  bomb('memory in one piece', 'error', /Invalid|allocation|length/i, 'new ArrayBuffer(2 ** 50)'),
  bomb(
    'memory of WebAssembly',
    'oom',
    /memory/,
    'const all = []\nfor (;;) { const m = new WebAssembly.Memory({ initial: 160, maximum: 160 }); new Uint8Array(m.buffer).fill(1); all.push(m) }',
    { others: 0 },
  ),
  bomb('recursion', 'error', /call stack/, 'const f = (): number => 1 + f()\nf()'),
  bomb(
    'prints without end',
    'failed',
    /expected, and 0/,
    'for (let i = 0; i < 2e5; i++) console.log("x".repeat(100))',
  ),
  bomb(
    'shows without end',
    'failed',
    /expected, and 0/,
    'for (let i = 0; i < 3000; i++) display("y".repeat(10_000))',
  ),
  bomb('shows something enormous', 'failed', /expected, and 0/, 'display.html("<b>".repeat(8e5))'),
  bomb(
    'a text that hangs the parser',
    'error',
    /nested|deep|call stack|syntax|expected/i,
    '('.repeat(50_000) + '1' + ')'.repeat(50_000),
  ),
  bomb('a text that is no program', 'error', /SyntaxError/, '}} `${'),
  {
    name: 'returns an enormous array',
    first: 'function double(x: number): any { return new Float64Array(3e7) }',
    status: 'error',
    reason: /numbers; .* are possible/,
  },
  {
    name: 'returns an array of empty places',
    first: 'function double(x: number): any { return new Array(4294967295) }',
    status: 'error',
    reason: /more than 200000 parts/,
  },
  {
    name: 'returns itself in itself',
    first: 'function double(x: number): any { const a: any[] = []; a.push(a); return a }',
    status: 'error',
    reason: /nested deeper/,
  },
  {
    name: 'returns an endless iterator of members',
    first:
      'function double(x: number): any { return Object.fromEntries(Array.from({ length: 3e5 }, (_, i) => [i, i])) }',
    status: 'error',
    reason: /more than 200000 parts/,
  },
  {
    name: 'returns code',
    first: 'function double(x: number): any { return () => 2 * x }',
    status: 'error',
    reason: /holds a function/,
  },
  {
    name: 'throws something that breaks whoever reads it',
    first:
      'function double(x: number): any { throw { get message() { throw this }, get name() { throw this }, toString() { throw this } } }',
    status: 'error',
    reason: /cannot be read/,
  },
  {
    name: 'an error with markup and control characters',
    first:
      'function double(x: number): any { throw new Error("</script>\\u001b[31m\\u0000]]>\\u202e=HYPERLINK()\\r\\n::error::x") }',
    status: 'error',
    reason: /<\/script>/,
  },
  {
    name: 'an error of a hundred megabytes',
    first: 'function double(x: number): any { throw new Error("e".repeat(1e8)) }',
    status: 'error',
    reason: /eeee/,
  },
]
