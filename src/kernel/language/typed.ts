/** TypeScript's language services over cells: one that knows their types, and one that knows their texts only. */
import ts from 'typescript'
import { isImportable, SPECIFIERS } from '../library/specifiers'
import { CELL_OPTIONS, GLOBALS_FILE, type Environment } from './environment'
import type { Scripts } from './scripts'

/** Folder of all notebooks' modules. */
export const CELLS = '/cells/'

/** A service over modules below `CELLS`, which import each other and what the environment declares. */
export function typedService(scripts: Scripts, environment: Environment): ts.LanguageService {
  const known = (path: string) => scripts.has(path) || environment.read(path) !== undefined
  const resolve = (specifier: string, from: string): ts.ResolvedModuleFull | undefined => {
    if (!from.startsWith(CELLS)) return environment.resolve(specifier, from)
    if (specifier.startsWith(CELLS))
      return scripts.has(`${specifier}.ts`)
        ? { resolvedFileName: `${specifier}.ts`, extension: ts.Extension.Ts }
        : undefined
    // From where a package lies makes no difference; a cell has no folder of its own.
    return isImportable(specifier) ? environment.resolve(specifier, '/cell.ts') : undefined
  }
  // What can be imported is always there, so that it can be offered before any cell imports it.
  const modules = SPECIFIERS.flatMap((name) => environment.resolve(name, '/cell.ts')?.resolvedFileName ?? [])
  return ts.createLanguageService(
    {
      getCompilationSettings: () => CELL_OPTIONS,
      getProjectVersion: () => scripts.version,
      getScriptFileNames: () => [GLOBALS_FILE, ...modules, ...scripts.paths],
      getScriptVersion: (path) => scripts.versionOf(path),
      getScriptSnapshot: (path) => scripts.snapshot(path) ?? environment.snapshot(path),
      getCurrentDirectory: () => '/',
      getDefaultLibFileName: () => '/lib/lib.esnext.d.ts',
      useCaseSensitiveFileNames: () => true,
      fileExists: known,
      readFile: (path) => environment.read(path),
      resolveModuleNameLiterals: (literals, from) =>
        literals.map(({ text }) => ({ resolvedModule: resolve(text, from) })),
    },
    environment.registry,
  )
}

const TEXT_OPTIONS: ts.CompilerOptions = { ...CELL_OPTIONS, lib: [], noLib: true, noResolve: true }

/** A service over texts by themselves, for what needs no types: formatting, folding, outlines. */
export function textService(scripts: Scripts): ts.LanguageService {
  return ts.createLanguageService({
    getCompilationSettings: () => TEXT_OPTIONS,
    getProjectVersion: () => scripts.version,
    getScriptFileNames: () => scripts.paths,
    getScriptVersion: (path) => scripts.versionOf(path),
    getScriptSnapshot: (path) => scripts.snapshot(path),
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '/lib.d.ts',
    useCaseSensitiveFileNames: () => true,
    fileExists: (path) => scripts.has(path),
    readFile: () => undefined,
  })
}
