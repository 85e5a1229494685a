/** Everything that cells can see beside each other: declaration files under virtual paths, and how imports find them. */
import ts from 'typescript'
import { CELL_GLOBALS } from './globals'

/** How cells are checked. A person's tsconfig.json never applies: a notebook means the same on every machine. */
export const CELL_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  // Every cell is a module, whether or not it imports or exports.
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ['lib.esnext.d.ts'],
  types: [],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  // `tf` is declared as a module that is also a global.
  allowUmdGlobalAccess: true,
}

/** Path of the declarations that need no import. */
export const GLOBALS_FILE = '/globals.d.ts'

export interface Environment {
  /** The text of a declaration file, or undefined where there is none. */
  read(path: string): string | undefined
  /** The snapshot of it, made once. */
  snapshot(path: string): ts.IScriptSnapshot | undefined
  /** What an import in a declaration file, or a cell's import of a package, means. */
  resolve(specifier: string, from: string): ts.ResolvedModuleFull | undefined
  /** Shared by the services of all notebooks, so that each declaration file is parsed once. */
  readonly registry: ts.DocumentRegistry
}

/** @param types path to text, as `types.json` holds it */
export function createEnvironment(types: Readonly<Record<string, string>>): Environment {
  const texts = new Map(Object.entries(types)).set(GLOBALS_FILE, CELL_GLOBALS)
  const snapshots = new Map<string, ts.IScriptSnapshot>()
  const host: ts.ModuleResolutionHost = {
    fileExists: (path) => texts.has(path),
    readFile: (path) => texts.get(path),
  }
  const cache = ts.createModuleResolutionCache('/', (path) => path, CELL_OPTIONS)
  return {
    read: (path) => texts.get(path),
    snapshot: (path) => {
      const text = texts.get(path)
      if (text !== undefined && !snapshots.has(path)) snapshots.set(path, ts.ScriptSnapshot.fromString(text))
      return snapshots.get(path)
    },
    resolve: (specifier, from) =>
      ts.resolveModuleName(specifier, from, CELL_OPTIONS, host, cache).resolvedModule,
    registry: ts.createDocumentRegistry(true, '/'),
  }
}
