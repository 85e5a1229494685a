import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runtimePage } from '../../../src/extension/runtime/html'

const html = runtimePage({ cspSource: 'https://files', script: 'https://files/runtime.js', nonce: 'n0nce' })

/** The page's policy, by directive. */
function policy(): Record<string, string[]> {
  const text = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? ''
  return Object.fromEntries(
    text.split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ')
      return [name, values]
    }),
  )
}

test('the page reaches no network: connections and workers are its own blobs', () => {
  assert.deepEqual(policy()['default-src'], ["'none'"])
  assert.deepEqual(policy()['connect-src'], ['blob:'])
  assert.deepEqual(policy()['worker-src'], ['blob:'])
})

test('cells may compile code and WebAssembly, and no script but ours is loaded', () => {
  const sources = policy()['script-src'] ?? []
  for (const needed of ["'nonce-n0nce'", 'blob:', "'unsafe-eval'", "'wasm-unsafe-eval'"])
    assert.ok(sources.includes(needed), needed)
  assert.ok(!sources.includes("'unsafe-inline'"))
  assert.equal(html.match(/<script/g)?.length, 1)
})
