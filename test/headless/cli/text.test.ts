import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { Folder } from './genbook'

test("git's diffs show cells, not outputs", async (t) => {
  const folder = await Folder.create(t)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.example', ...args], {
      cwd: folder.path,
      encoding: 'utf8',
    })
  git('init', '-q')
  git(
    'config',
    'diff.genbook.textconv',
    `"${process.execPath}" "${join(process.cwd(), 'dist/genbook.mjs')}" text`,
  )
  await folder.text('.gitattributes', '*.genbook diff=genbook\n')
  const notebook = (source: string, output: string) =>
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [
        { id: 'note', cell_type: 'markdown', metadata: {}, source: '# Rates' },
        {
          id: 'rate',
          cell_type: 'code',
          metadata: {},
          source,
          execution_count: 1,
          outputs: [{ output_type: 'stream', name: 'stdout', text: output }],
        },
      ],
    })
  await folder.text('a.genbook', notebook('const rate = 1', 'one'))
  git('add', '.')
  git('commit', '-q', '-m', 'first')

  await folder.text('a.genbook', notebook('const rate = 1', 'two'))
  assert.equal(git('diff'), '', 'another output is no change of content')

  await folder.text('a.genbook', notebook('const rate = 2', 'two'))
  const changed = git('diff')
    .split('\n')
    .filter((line) => /^[+-](?![+-])/.test(line))
  assert.deepEqual(changed, ['-const rate = 1', '+const rate = 2'])

  await folder.text('a.genbook', '<<<<<<< not a notebook\n')
  assert.match(git('diff'), /^\+<<<<<<< not a notebook$/m)
})
