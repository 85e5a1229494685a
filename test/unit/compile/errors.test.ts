/** Cells that do not parse: every mistake is found here, at its place, and nothing makes the compiler throw. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import vm from 'node:vm'
import { analyse } from '../../../src/kernel/compile/analysis'
import { compileCell } from '../../../src/kernel/compile/compile'
import { Cells, compiled, rejected } from './cells'
import { Program } from './programs'
import { Random } from './random'

/** Sources with a mistake at the mark ‸, and what the message must say. */
const mistakes: [source: string, message: RegExp][] = [
  ['const a = ‸;', /Expression expected/],
  ['let a = 1\nlet ‸a = 2', /a/],
  ['const a = 1; function ‸a() {}', /a/],
  ['function f() {}\nfunction ‸f() {}', /f/],
  ['class A {}\nclass ‸A {}', /A/],
  ['let x; { var ‸x = 1 }', /x/],
  ['import { a } from "m"; const ‸a = 1', /a/],
  ['const ‸a', /initiali[sz]ed/],
  ['‸return 1', /return/],
  ['if (true) {\n  ‸return\n}', /return/],
  ['function f() { ‸await g() }', /async/],
  ['const f = () => { for ‸await (const x of y); }', /await/],
  ['‸break', /break/],
  ['while (true) { (() => { ‸continue })() }', /continue|boundary/],
  ['a: for (;;) { break ‸b }', /label/],
  ['function f() { ‸yield 1 }', /./],
  ['class A { constructor() { ‸super() } }', /super/i],
  ['‸new.target', /new\.target/],
  ['class A { m() { return this.‸#x } }', /#x/],
  ['with (‸a) {}', /with/],
  ['let ‸let = 1', /let/],
  ['const ‸await = 1', /await/],
  ['01‸7', /octal/i],
  ['"\\0‸1"', /octal/i],
  ['delete ‸a', /delete|Deleting/],
  ['‸1 = 2', /assign|left-hand/i],
  ['f() = 1'.replace('f', '‸f'), /assign|left-hand/i],
  ['for (const x of a, ‸b) ;', /./],
  ['/‸(/', /regular expression|group|\)/i],
  ['/a/‸gg', /flag/i],
  ['({ a: 1, ‸b = 2 })', /./],
  ['function f(a, ‸a) {}', /a/],
  ['‸import x = require("m")', /import … from/],
  ['‸import a = N.b', /const/],
  ['‸export = 1', /export =/],
  ['const u = ‸import.meta.url', /import\.meta/],
  ['async () => { class A { static { ‸await 1 } } }', /await/],
  ['label: ‸function f() {}', /./],
  ['let [a, ‸a] = []', /a/],
  ['`${‸', /./],
  ['"unterminated‸', /Unterminated/],
  ['`unterminated‸', /Unterminated/],
  ['/* unterminated‸', /\*\//],
  ['function f() {‸', /}/],
  ['}‸ foo(); {', /./],
  ['enum E { a, ‸#b }', /./],
  ['const eval‸ = 1', /eval|strict/],
  ['const x = (await f()\n  + 1‸', /\)/],
]

describe('a mistake is found', () => {
  for (const [marked, message] of mistakes)
    test(JSON.stringify(marked), () => {
      const source = marked.replace('‸', '')
      const before = marked.slice(0, marked.indexOf('‸')).split('\n')
      const [first] = rejected(source)
      assert.match(first!.message, message)
      assert.equal(first!.line, before.length, first!.message)
      assert.ok(first!.column >= 1 && first!.column <= source.split('\n')[first!.line - 1]!.length + 1)
      assert.ok(
        Math.abs(first!.column - 1 - before.at(-1)!.length) <= 8,
        `column ${first!.column} is far from ${before.at(-1)!.length + 1}: ${first!.message}`,
      )
      assert.equal(first!.category, 'error')
      assert.ok(first!.start <= first!.end && first!.end <= source.length)
      assert.deepEqual(analyse(source, 'cell'), { ok: false, errors: rejected(source) })
    })
})

describe('what is no mistake at run time compiles', () => {
  const sources = [
    'const n: number = "text"',
    'unknownName.foo()',
    'interface A {} type A = 1',
    'const a = 1; a = 2',
    'import { Missing } from "nowhere"; 1',
    'function f(): string { return 1 }',
    'export { notHere }',
    'class A extends B { override x: number }',
    'let x: typeof y; abstract class Q { abstract a: X }',
    'for (const x of y) { await x }',
    'await (await f())\n  .then(await g(), (await h()) + 1); last()',
    'const w = (await\n  f(1,\n  {}));\nexport const z = w',
  ]
  for (const source of sources) test(source, () => void compiled(source))
})

test('await in brackets over several lines neither repeats nor loses statements', async () => {
  const cells = new Cells()
  await cells.execute('const log: number[] = []; const f = async (x: number, _?: object) => (log.push(x), x)')
  await cells.execute(`const w = (await
    f(1,
      {}));
  const v = [(await f(2)), \`\${(await f(3)).toFixed()}\`, ((function (k = 5) { return k })())];
  log.push(10)
  log.push(11);
  export const z = w`)
  await cells.execute('[log, w, v, z]')
  assert.deepEqual(cells.shown.at(-1), [[1, 2, 3, 10, 11], 1, [2, '3', 5], 1])
})

describe('odd text', () => {
  const odd: Record<string, string> = {
    'a script end': 'const a = "</script><!--"; a',
    'an HTML comment': 'const a = 1\n<!-- b',
    'deep brackets': '('.repeat(20_000) + ')'.repeat(20_000),
    'deep arrays': '['.repeat(20_000) + ']'.repeat(20_000),
    'deep blocks': '{'.repeat(20_000) + '}'.repeat(20_000),
    'deep functions': 'function f() {'.repeat(5_000) + '}'.repeat(5_000),
    'deep types': `let a: ${'Array<'.repeat(5_000)}1${'>'.repeat(5_000)}`,
    'deep conditions': 'a ? b : '.repeat(20_000) + 'c',
    'long sums': '1 + '.repeat(20_000) + '1',
    'long chains': `a${'.b()'.repeat(20_000)}`,
    'many else': `if (a) b; ${'else if (a) b; '.repeat(5_000)}`,
    'unclosed everything': '({[`${("',
    'lone surrogates': 'const a = "\ud800"; a // \udfff',
    nulls: 'const a = 1\0; a',
    'every separator': 'const a = 1\u2028const b = 2\u2029a + b',
    'a magic comment': '1 //# sourceURL=elsewhere.js\n//# sourceMappingURL=x\n',
  }
  for (const [name, source] of Object.entries(odd))
    test(`of ${name} gives a cell or an error`, () => {
      const result = compileCell('cell', source)
      if (result.ok) {
        assert.ok(!result.cell.code.includes('sourceURL'))
        return
      }
      assert.ok(result.errors.length > 0)
      for (const { message, line, column } of result.errors)
        assert.ok(message.length > 0 && line >= 1 && column >= 1)
    })

  test('too deep is said to be so, and the next cell compiles', () => {
    const [error] = rejected('('.repeat(20_000) + ')'.repeat(20_000))
    assert.match(error!.message, /nests .* too deeply/)
    compiled('const a = 1; a')
  })

  test('ten thousand lines compile, and errors in them are placed', async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `const v${i}: number = ${i ? `v${i - 1} + 1` : 0}`)
    const cells = new Cells()
    await cells.execute(`${lines.join('\n')}\nv9999`)
    assert.deepEqual(cells.shown, [9999])
    lines[7000] = 'const v7000 = ;'
    assert.deepEqual(
      rejected(lines.join('\n')).map(({ line, column }) => [line, column]),
      [[7001, 15]],
    )
  })
})

/** Random damage to a program: tokens removed, doubled, exchanged or inserted. */
function damage(source: string, random: Random): string {
  const tokens = source.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*|\d+|\s+|[^\p{ID_Start}\s]/gu) ?? []
  const extra = [
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    'await',
    'async',
    'yield',
    'return',
    'break',
    'let',
    'const',
    'class',
    'function',
    '=>',
  ]
  const more = [
    '`',
    "'",
    '/',
    '...',
    '#x',
    'super',
    'this',
    'new',
    'import',
    'export',
    'default',
    'static',
    'enum',
    '=',
    ';',
    ',',
    ':',
    '?',
    '!',
    '@',
    'using',
  ]
  for (let i = random.integer(1, 3); i > 0; i--) {
    const at = random.integer(0, tokens.length - 1)
    random.oneOf(
      () => tokens.splice(at, 1),
      () => tokens.splice(at, 0, tokens[at]!),
      () => tokens.splice(at, 0, ` ${random.pick([...extra, ...more])} `),
      () => tokens.splice(at, 1, random.pick(tokens)),
    )
  }
  return tokens.join('')
}

test('what compiles is accepted by the engine, whatever the damage', () => {
  const counts = { accepted: 0, refused: 0 }
  for (let seed = 1; seed <= 1000; seed++) {
    const random = new Random(seed)
    const statements = new Program(seed % 97).statements
    const source = damage(random.pick(statements), random)
    const result = compileCell('cell', source)
    counts[result.ok ? 'accepted' : 'refused'] += 1
    if (!result.ok) continue
    try {
      new vm.Script(result.cell.code)
    } catch (error) {
      assert.fail(`${String(error)} in the code of program ${seed}:\n${source}\n---\n${result.cell.code}`)
    }
  }
  assert.ok(counts.accepted > 100 && counts.refused > 100, JSON.stringify(counts))
})
