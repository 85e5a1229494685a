/** What cells can import. */
import * as genbook from './genbook'
import * as data from './genbook/data'
import * as models from './genbook/models'
import * as plot from './genbook/plot'
import * as tensor from './genbook/tensor'
import * as plotly from './plotly'

type Module = Readonly<Record<string, unknown>>

/** An import of something that is not bundled. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
}

/**
 * The modules of one session, by specifier.
 *
 * @param tf TensorFlow.js as cells see it.
 * @returns a function that throws `ImportError`, which lists what there is, for anything else.
 */
export function moduleTable(tf: Module): (specifier: string) => Module {
  const modules: Readonly<Record<string, Module>> = {
    genbook,
    'genbook/data': data,
    'genbook/models': models,
    'genbook/plot': plot,
    'genbook/tensor': tensor,
    '@tensorflow/tfjs': tf,
    'plotly.js-dist': plotly,
  }
  const strict: Record<string, Module> = {}
  return (specifier) => {
    if (Object.hasOwn(modules, specifier))
      return (strict[specifier] ??= strictly(specifier, modules[specifier]!))
    throw new ImportError(unknownImport(specifier, Object.keys(modules)))
  }
}

/** A module of which only what it exports can be imported, as the language has it. */
function strictly(specifier: string, module: Module): Module {
  return new Proxy(module, {
    get(target, name, receiver) {
      // Awaiting a module asks it for a `then`.
      if (typeof name === 'symbol' || name in target || name === 'then')
        return Reflect.get(target, name, receiver) as unknown
      const near = nearest(name, Object.keys(target))
      throw new ImportError(
        `'${specifier}' has no export '${name}'.${near ? ` Did you mean '${near}'?` : ''}`,
      )
    },
  })
}

function unknownImport(specifier: string, names: readonly string[]): string {
  const list = names.map((name) => `'${name}'`).join(', ')
  const file = /^(?:[./]|[a-z]+:)/i.test(specifier) && !specifier.startsWith('npm:')
  const near = nearest(specifier, names)
  const hint = near
    ? ` Did you mean '${near}'?`
    : file
      ? ' Cells share their names, so they need no files.'
      : ''
  return `'${specifier}' cannot be imported.${hint} What can be: ${list}.`
}

/** The name that takes the fewest changed letters, if they are few. */
function nearest(text: string, names: readonly string[]): string | undefined {
  const aliases: Readonly<Record<string, string>> = {
    tfjs: '@tensorflow/tfjs',
    tensorflow: '@tensorflow/tfjs',
    '@tensorflow/tfjs-core': '@tensorflow/tfjs',
    plotly: 'plotly.js-dist',
    'plotly.js': 'plotly.js-dist',
    'plotly.js-dist-min': 'plotly.js-dist',
  }
  if (Object.hasOwn(aliases, text)) return aliases[text]
  const distances = names.map((name) => ({
    name,
    distance: editDistance(text.toLowerCase(), name.toLowerCase()),
  }))
  const best = distances.sort((a, b) => a.distance - b.distance)[0]
  return best && best.distance <= Math.max(2, best.name.length / 4) ? best.name : undefined
}

/** Insertions, deletions and replacements of letters that turn one text into the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
