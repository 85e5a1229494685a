// The table of systems in docs/systems: every row names the test that would fail if its formula were wrong, and the cell of
// an example that shows it. This checks that each of them exists and ran.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './node.mjs'

const HEADER = ['System', 'Formula', 'Source', 'Test', 'Example cell']
/** The test that runs an example from its first cell to its last. */
export const exampleTest = (example) =>
  `test/headless/examples/examples.test.ts › ${example.replace('examples/', '')} runs`

/**
 * Reads a page with a table of systems.
 *
 * @returns its rows, and what is wrong with its form.
 */
export function readSystems(file, text) {
  const rows = []
  const problems = []
  let inTable = false
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.startsWith('|')) {
      inTable = false
      continue
    }
    const cells = line
      .replace(/^\||\|\s*$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim())
    const where = `${file}:${index + 1}`
    if (!inTable) {
      inTable = true
      if (cells.join('|') !== HEADER.join('|'))
        problems.push(`${where}: the columns must be ${HEADER.join(', ')}`)
      continue
    }
    if (cells.every((cell) => /^:?-+:?$/.test(cell))) continue
    if (cells.length !== HEADER.length) {
      problems.push(
        `${where}: the row has ${cells.length} cells, not ${HEADER.length} (write | in a formula as \\|)`,
      )
      continue
    }
    const [system, , source, test, cell] = cells
    if (!system) problems.push(`${where}: the row has no name`)
    if (!/https:\/\/|\b(?:19|20)\d\d\b/.test(source))
      problems.push(`${where}: '${system}' names no source with a year or an address`)
    rows.push({ where, system, tests: references(test), cells: references(cell) })
  }
  return { rows, problems }
}

/** `file` › name, of which a cell may have several, one to a line. */
function references(cell) {
  return cell
    .split(/<br\s*\/?>/)
    .map((part) => /^`([^`]+)` › (.+)$/.exec(part.trim()))
    .map((match) => match && { file: match[1], name: match[2].replaceAll('\\|', '|').replace(/^`|`$/g, '') })
}

/**
 * @param passed `file › name` of every test that passed.
 * @param pages the pages of the table, by path.
 * @param cellsOf the ids of the code cells of an example; undefined where there is no such file.
 * @returns for every row, what is wrong with it.
 */
export function judgeSystems(passed, pages, cellsOf) {
  const results = []
  for (const [file, text] of Object.entries(pages)) {
    const { rows, problems } = readSystems(file, text)
    for (const problem of problems) results.push({ name: file, problems: [problem] })
    for (const { where, system, tests, cells } of rows) {
      const wrong = []
      if (!tests[0]) wrong.push('names no test, as `test/….test.ts` › name')
      if (!cells[0]) wrong.push('names no cell, as `examples/….genbook` › id')
      for (const test of tests)
        if (test && !passed.has(`${test.file} › ${test.name}`))
          wrong.push(`no test '${test.name}' of ${test.file} ran and passed`)
      for (const cell of cells) {
        if (!cell) continue
        const ids = cellsOf(cell.file)
        if (!ids) wrong.push(`there is no ${cell.file}`)
        else if (!ids.includes(cell.name)) wrong.push(`${cell.file} has no code cell '${cell.name}'`)
        else if (!passed.has(exampleTest(cell.file))) wrong.push(`${cell.file} did not run to its end`)
      }
      results.push({ name: `${where} ${system}`, problems: wrong })
    }
  }
  return results
}

/** Checks the project's own table against the tests that passed. */
export function checkSystems(passed, say = console.log) {
  const paths = globSync('docs/systems/*.md', { cwd: root }).sort()
  const pages = Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
  const results = judgeSystems(passed, pages, codeCells)
  const bad = results.filter(({ problems }) => problems.length)
  const failures = bad.map(({ name, problems }) => `✖ ${name}\n    ${problems.join('\n    ')}`)
  for (const failure of failures) say(failure)
  return { passed: results.length - bad.length, failed: bad.length, failures }
}

function codeCells(path) {
  let text
  try {
    text = readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
  return JSON.parse(text).cells.flatMap((cell) => (cell.cell_type === 'code' ? [cell.id] : []))
}
