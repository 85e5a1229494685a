/** What the analysis says about a cell, and how the session's scope lists its variables. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CellAnalysis } from '../../../src/kernel/cell'
import { analyse } from '../../../src/kernel/compile/analysis'
import { Scope } from '../../../src/kernel/session/scope'
import { Cells } from './cells'

function analysis(source: string): CellAnalysis {
  const result = analyse(source)
  assert.ok(result.ok, JSON.stringify(result))
  return result.analysis
}

/** Names with their kind and meanings: v for a value, t for a type, n for a namespace, c for a constant. */
function declared(source: string): string[] {
  return analysis(source).declared.map(({ name, kind, value, type, namespace, constant, start }) => {
    assert.equal(source.slice(start, start + name.length), name)
    return `${name} ${kind} ${value ? 'v' : ''}${type ? 't' : ''}${namespace ? 'n' : ''}${constant ? 'c' : ''}`
  })
}

test('declarations have kinds, meanings and places', () => {
  assert.deepEqual(
    declared(`
      import def, { a, b as c, type T } from 'm'; import * as all from 'n'; import type U from 'o'; import 'p'
      const { k, l: [m = 1, ...n], ...o } = q(); let r; var s; using u = null
      function f(): void; function f() {} class C {} abstract class D {} enum E { A } const enum F { B }
      namespace N { export const x = 1 } namespace Types { export type X = 1 }
      interface I {} type A = 1; interface k2 {} const k2 = 1; class M {} namespace M { export const y = 1 }
      { var inner = 1; let hidden = 2; function no() {} } for (var loop of []) ; function g() { var local }
      declare const ambient: number; declare function ambientF(): void; declare global { var g1: number } export { k as kk }
      export default class Z {}
    `),
    [
      'def import vtnc',
      'a import vtnc',
      'c import vtnc',
      'T import tnc',
      'all import vtnc',
      'U import tnc',
      ...['k const vc', 'm const vc', 'n const vc', 'o const vc', 'r let v', 's var v', 'u using vc'],
      ...[
        'f function v',
        'C class vt',
        'D class vt',
        'E enum vtn',
        'F enum vtn',
        'N namespace vn',
        'Types namespace n',
      ],
      ...[
        'I interface t',
        'A type t',
        'k2 const vtc',
        'M class vtn',
        'inner var v',
        'loop var v',
        'g function v',
      ],
      ...['ambient const c', 'ambientF function ', 'Z class vt'],
    ],
  )
})

test('names that are read and assigned', () => {
  const { used, assigned } = analysis(`
    const own = outside + other.member; let mine = 1; mine += read
    function f(parameter: TypeOnly, d = inDefault) { parameter; deep(local); let local; return { short, key: own, [computed]: 1 } }
    assigned = 1; both += 2; counter++; [x.y, target] = []; ({ p: renamed, q: r2 = fallback } = own)
    for (element of list) label: for (k in {}) { break label }
    typeof maybe; new Constructor(); tag\`\${inTemplate}\`; class A extends Base { field = inField; #p = 1; m() { return this.#p + A.s } }
    try {} catch (e) { e } ; undefined; NaN; (x: Annotation) => x as Cast; export { exported }; enum E { A = own, B = A, C = inEnum }
  `)
  assert.deepEqual(used.toSorted(), [
    ...[
      'Base',
      'Constructor',
      'both',
      'computed',
      'counter',
      'deep',
      'fallback',
      'inDefault',
      'inEnum',
      'inField',
    ],
    ...['inTemplate', 'list', 'maybe', 'other', 'outside', 'read', 'short', 'tag', 'x'],
  ])
  assert.deepEqual(assigned.toSorted(), [
    'assigned',
    'both',
    'counter',
    'element',
    'k',
    'r2',
    'renamed',
    'target',
  ])
})

test('imports, static and by a literal, with places', () => {
  const source =
    'import a from "m1"; export * from \'m2\'; await import(`m3`); const f = () => import("m4"); import(a); import "m5"'
  const { imports } = analysis(source)
  assert.deepEqual(
    imports.map(({ specifier, start, end }) => [specifier, source.slice(start + 1, end - 1)]),
    ['m1', 'm2', 'm3', 'm4', 'm5'].map((name) => [name, name]),
  )
})

test('places are right where the cell had to be parsed again', () => {
  const source = 'const w = (await\n  f(1,\n  {}));\nconst später = (await import("m"))'
  assert.deepEqual(
    analysis(source).declared.map(({ name, start }) => [name, source.indexOf(name) === start]),
    [
      ['w', true],
      ['später', true],
    ],
  )
  assert.deepEqual(analysis(source).imports, [
    { specifier: 'm', start: source.indexOf('"m"'), end: source.indexOf('"m"') + 3 },
  ])
})

test('the scope lists variables with their kinds and values, and nothing else', async () => {
  const cells = new Cells({ tf: 1 })
  cells.modules.m = { a: 1 }
  await cells.execute(
    'import { a } from "m"; const b = 2; let c; function f() {}; using u = null; tf; Math; interface I {}',
  )
  await cells.execute('class b {}').catch(() => {})
  await assert.rejects(cells.execute('const never = missing'))
  assert.deepEqual(
    [...cells.scope.variables()].map(({ name, kind, value }) => [name, kind, typeof value]),
    [
      ['a', 'import', 'number'],
      ['b', 'class', 'function'],
      ['c', 'let', 'undefined'],
      ['f', 'function', 'function'],
    ],
  )
})

test('a name has one binding for ever, and typeof of it never throws unless it is in the dead zone', () => {
  const scope = new Scope({ given: 'text' })
  const binding = scope.binding('name')
  assert.equal(binding.typeof, 'undefined')
  assert.equal(scope.binding('given').typeof, 'string')
  assert.equal(scope.binding('Math').typeof, 'object')
  assert.equal(scope.binding('setTimeout').typeof, 'function')
  const result = analyse('const name = 1')
  assert.ok(result.ok)
  scope.begin(result.analysis)
  assert.throws(() => binding.typeof, ReferenceError)
  binding.initial = 1
  scope.end()
  assert.equal(scope.binding('name'), binding)
  assert.equal(binding.typeof, 'number')
})
