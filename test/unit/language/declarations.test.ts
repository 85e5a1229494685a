/** The declarations that cells are checked against are complete: what was left out of them nobody can come to. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import ts from 'typescript'
import { CELL_OPTIONS, createEnvironment } from '../../../src/kernel/language/environment'
import { SPECIFIERS } from '../../../src/kernel/library/specifiers'

const types = JSON.parse(readFileSync('dist/types.json', 'utf8')) as Record<string, string>
const ENTRY = '/cell.ts'

/** A cell that imports everything there is, checked without passing over the declarations. */
function programOfEverything(): ts.Program {
  const environment = createEnvironment(types)
  const texts: Record<string, string> = {
    [ENTRY]: SPECIFIERS.map((name, index) => `export * as module${index} from '${name}'`).join('\n'),
  }
  const read = (path: string) => texts[path] ?? environment.read(path)
  const options = { ...CELL_OPTIONS, skipLibCheck: false }
  return ts.createProgram([ENTRY], options, {
    fileExists: (path) => read(path) !== undefined,
    readFile: read,
    getSourceFile: (path, settings) => {
      const text = read(path)
      return text === undefined ? undefined : ts.createSourceFile(path, text, settings)
    },
    getDefaultLibFileName: () => '/lib/lib.esnext.d.ts',
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    writeFile: () => {},
  })
}

/** A name, module or member that is not there. */
const MISSING = [2304, 2305, 2306, 2307, 2503, 2552, 2694, 2724]
/** TensorFlow.js speaks of the page and of the network, which cells do not have; and of a package that it does not need. */
const ELSEWHERE =
  /'(HTML|WebGL|Media|Mouse|Image|Request|Response|ReadableStream|Navigator|File|Blob|fetch|Long)\w*'/

test('every name that the declarations use is declared', () => {
  const program = programOfEverything()
  const missing = program
    .getSemanticDiagnostics()
    .filter(({ code }) => MISSING.includes(code))
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
  assert.deepEqual(
    missing.filter((text) => !ELSEWHERE.test(text)),
    [],
  )
  // The check itself would otherwise pass with nothing to check.
  assert.ok(missing.length > 0)
  assert.ok(program.getSourceFiles().length > 500)
})
