/** From a parsed cell to the code that a session evaluates. */
import type { AnyNode, FunctionDeclaration, ImportDeclaration, Program } from 'acorn'
import type { StepTable } from '../cell'
import type { Parsed } from './analysis'
import type { Aspect, Leave, Rewriting } from './aspects'
import { Edits, type Edited, type Prefix } from './edits'
import { helperTexts } from './helpers'
import { PrivateNames } from './names'
import { closuresAspect } from './rewriteClosures'
import { flowAspect, keepsToken } from './rewriteFlow'
import { namesAspect } from './rewriteNames'
import { steppingAspect } from './rewriteStepping'
import { forEachChild, handlerOf } from './script'
import { StepTableBuilder } from './stepTable'

/**
 * The code of a cell: an expression whose value is a strict async function of the cell's `CellRuntime`.
 *
 * @param id names the cell in the source map.
 * @param called what the session knows a name by.
 * @param stepping whether the cell is to be stepped through.
 */
export function rewrite(
  id: string,
  parsed: Parsed,
  called: (name: string) => string,
  stepping = false,
): Edited & { readonly steps?: StepTable } {
  const { source, stripped, program, helpers, references, analysis, usings } = parsed
  const { script, mappings } = stripped
  const edits = new Edits(script)
  const names = new PrivateNames(script)
  const needed = new Set<string>()
  const rewriting: Rewriting = { script, edits, names, references, analysis, usings, needed }

  const shown = parsed.shows ? lastExpression(program) : undefined
  const leaveShown = shown && showLast(shown, rewriting)
  const steps = stepping ? new StepTableBuilder(parsed) : undefined
  // From the outside in: a mark goes around a function's name, and both around what its body begins with.
  const aspects = [
    closuresAspect(rewriting),
    ...(steps ? [steppingAspect(rewriting, { steps, shown, skipped: helpers })] : []),
    flowAspect(rewriting),
    namesAspect(rewriting),
  ]
  walk(program, aspects, (node) => helpers.has(node))
  leaveShown?.()

  // Helpers move out of the function, where no name of the cell can get between them and the language's own objects.
  const helperText = [...helpers.keys()].map(({ start, end }) => script.slice(start, end)).join('\n')
  for (const { start, end } of helpers.keys()) edits.replace(start, end, '')
  const body = bodyPrefix(program, rewriting)
  const shared = `${helperText}${helperTexts(names, needed, usings)}`
  const resources =
    usings.length > 0
      ? disposal(
          names,
          usings.some(({ await: wait }) => wait),
        )
      : undefined

  const prefix: { text: string; offset?: number }[] = []
  if (shared) prefix.push({ text: `(() => { "use strict"; ${shared}\nreturn ` })
  prefix.push({ text: `(async function (${names.runtime}) { "use strict"; ` }, ...bindings(names, called))
  if (resources) prefix.push({ text: resources.before })
  prefix.push(...body)
  if (steps) prefix.push({ text: `const ${names.helper('frame')} = ${names.runtime}.begin(0); ` })
  const suffix = `${resources?.after ?? ''}\n})${shared ? '})()' : ''}`
  return { ...edits.apply(prefix, suffix, mappings, id, source), ...(steps && { steps: steps.table }) }
}

/** Has every aspect see every node, on the way down and again on the way up. */
export function walk(node: AnyNode, aspects: readonly Aspect[], skip: (node: AnyNode) => boolean): void {
  if (skip(node)) return
  const leaves: Leave[] = []
  for (const aspect of aspects) {
    const leave = handlerOf(aspect, node)?.(node)
    if (leave) leaves.push(leave)
  }
  forEachChild(node, (child) => walk(child, aspects, skip))
  for (const leave of leaves.reverse()) leave()
}

/** The expression that the last statement is. */
export function lastExpression(program: Program): AnyNode | undefined {
  const last = program.body.findLast(
    (statement) =>
      statement.type !== 'EmptyStatement' &&
      !(statement.type === 'ExportNamedDeclaration' && !statement.declaration && !statement.source),
  )
  if (last?.type === 'ExpressionStatement') return last.expression
  return last?.type === 'ExportDefaultDeclaration' && !last.declaration.type.endsWith('Declaration')
    ? last.declaration
    : undefined
}

/** Hands its value to the session. */
function showLast(expression: AnyNode, { edits, names }: Rewriting): Leave {
  edits.open(expression.start, `await ${names.runtime}.show((`)
  return () => edits.close(expression.end, '))')
}

/** The constants that hold the bindings. */
export function bindings(names: PrivateNames, called: (name: string) => string): Prefix {
  const held = [...names.held].map(
    ([name, local]) => `${local} = ${names.runtime}.binding(${JSON.stringify(called(name))})`,
  )
  return held.length ? [{ text: `const ${held.join(', ')}; ` }] : []
}

/** What happens before the first statement: modules are loaded, then functions and imports get their values. */
function bodyPrefix(program: Program, { names, references, needed }: Rewriting): Prefix {
  const runtime = names.runtime
  const prefix: { text: string; offset?: number }[] = []
  const values: string[] = []
  if (keepsToken(program)) prefix.push({ text: `let ${names.helper('token')} = ${runtime}.token(); ` })
  if (needed.has('import'))
    prefix.push({
      text: `const ${names.helper('import')} = async (name) => ${runtime}.module(\`\${name}\`); `,
    })
  program.body.forEach((statement, index) => {
    const declaration =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? statement.declaration
        : statement
    if (declaration?.type === 'FunctionDeclaration' && declaration.id) {
      values.push(functionValue(declaration, names, references.capturing.has(declaration)))
    }
    if ('source' in statement && statement.source) {
      const module = names.helper(`module${index}`)
      const name = JSON.stringify(statement.source.value)
      prefix.push(
        { text: `const ${module} = ` },
        { text: `${runtime}.module(${name})`, offset: statement.source.start },
        { text: '; ' },
      )
      if (statement.type === 'ImportDeclaration') values.push(...importedValues(statement, module, names))
    }
  })
  prefix.push({ text: `${values.join(' ')}\n` })
  return prefix
}

function functionValue({ id }: FunctionDeclaration, names: PrivateNames, mark: boolean): string {
  return `${names.binding(id.name)}.initial = ${mark ? `${names.runtime}.opaque(${id.name})` : id.name};`
}

function importedValues({ specifiers }: ImportDeclaration, module: string, names: PrivateNames): string[] {
  return specifiers.map((specifier) => {
    const binding = `${names.binding(specifier.local.name)}.initial`
    switch (specifier.type) {
      case 'ImportNamespaceSpecifier':
        return `${binding} = ${module};`
      case 'ImportDefaultSpecifier':
        return `${binding} = "default" in ${module} ? ${module}.default : ${module};`
      case 'ImportSpecifier': {
        const { imported } = specifier
        const key = imported.type === 'Identifier' ? imported.name : String(imported.value)
        return `${binding} = ${module}[${JSON.stringify(key)}];`
      }
    }
  })
}

/** The statements around a cell that disposes of its `using` declarations when it ends. */
function disposal(names: PrivateNames, wait: boolean): { before: string; after: string } {
  const resources = names.helper('resources')
  const error = names.helper('error')
  const release = `${wait ? 'await ' : ''}${names.helper('release')}(${resources});`
  return {
    before: `const ${resources} = { stack: [], failed: false, error: void 0 }; try { `,
    after:
      `\n} catch (${error}) { ${names.runtime}.caught(${error}); ` +
      `${resources}.failed = true; ${resources}.error = ${error}; } finally { ${release} }`,
  }
}
