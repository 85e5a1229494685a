/** A small course whose grades are known: one answer, two tests, one question for a person. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { masterOf, submissionOf, type Course } from './notebooks'

export const program = join(process.cwd(), 'dist/genbook.mjs')

const master = masterOf([
  { id: 'intro', type: 'markdown', source: '# Doubling' },
  {
    id: 'double',
    role: 'solution',
    source: 'function double(x: number): number {\n  // BEGIN SOLUTION\n  return 2 * x\n  // END SOLUTION\n}',
  },
  {
    id: 'double-tests',
    role: 'test',
    points: 3,
    source: [
      "import { test } from 'genbook'",
      "test('positive', { given: [1, 2.5], run: (x) => double(x), points: 1, otherwise: 'Twice as much.' })",
      '// BEGIN HIDDEN TESTS',
      "test('negative', { given: [-3], run: (x) => double(x), points: 2, otherwise: 'Negative numbers, too.' })",
      '// END HIDDEN TESTS',
    ].join('\n'),
  },
  { id: 'why', type: 'markdown', role: 'manual', points: 2, source: 'Because.' },
])

const double = (result: string) => `function double(x: number): number {\n  return ${result}\n}`

/** By student: the answer, and the points that its tests give. */
export const answers: Readonly<Record<string, { readonly source: string; readonly points: number }>> = {
  ada: { source: double('x + x'), points: 3 },
  bob: { source: double('Math.abs(2 * x)'), points: 1 },
  eve: { source: double('x'), points: 0 },
  zoe: { source: 'function double() { throw new Error("no") }', points: 0 },
}

/** Writes `master.genbook`, `submitted/` with a notebook a student, and one that is none. */
export async function writeCourse(course: Course): Promise<void> {
  await course.write('master.genbook', master)
  for (const [student, { source }] of Object.entries(answers))
    await course.write(
      `submitted/${student}.genbook`,
      submissionOf(master, { double: source, why: `I am ${student}.` }),
    )
  await course.write('submitted/broken.genbook', '{"cells": [')
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. */
export function run(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text) => (stdout += String(text)))
  child.stderr.on('data', (text) => (stderr += String(text)))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}

export const genbook = (args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) =>
  run([process.execPath, program, ...args], cwd, env)
