/** What cells can import. */
import * as genbook from './genbook'
import * as data from './genbook/data'
import * as models from './genbook/models'
import * as plot from './genbook/plot'
import * as tensor from './genbook/tensor'
import * as plotly from './plotly'
import { isImportable, nearest, unknownImport, type Specifier } from './specifiers'

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
  const modules: Readonly<Record<Specifier, Module>> = {
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
    if (isImportable(specifier)) return (strict[specifier] ??= strictly(specifier, modules[specifier]))
    throw new ImportError(unknownImport(specifier))
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
