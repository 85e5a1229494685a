// Plotly is shipped once, as a file of its own: what draws with it finds it there, and it holds no maps, which would need
// the network.
import { readFile } from 'node:fs/promises'

/** Traces on tiles and on coastlines; `mapTraces` in src/renderers/mount/specification.ts says so to people. */
const MAPS = ['scattermap', 'choroplethmap', 'densitymap', 'scattergeo', 'choropleth']
/** Where the list of all traces is. */
const LIST = 'lib/index.js'

/** For the bundle that is Plotly itself: leaves out the maps, and whatever only they use. */
export const plotlyWithoutMaps = {
  name: 'plotly without maps',
  setup(build) {
    build.onLoad({ filter: /plotly\.js-dist[\\/]plotly\.js$/ }, async ({ path }) => ({
      contents: withoutMaps(await readFile(path, 'utf8')),
      loader: 'js',
    }))
  },
}

/**
 * For bundles that draw: `plotly.js-dist` is the Plotly that a page has loaded before.
 * @param load what loads it, where nobody has.
 */
export function loadedPlotly(load = '') {
  return {
    name: 'loaded plotly',
    setup(build) {
      build.onResolve({ filter: /^plotly\.js-dist$/ }, () => ({ path: 'plotly', namespace: 'loaded' }))
      build.onResolve({ filter: /.*/, namespace: 'loaded' }, ({ path }) => ({ path, external: true }))
      build.onLoad({ filter: /.*/, namespace: 'loaded' }, () => ({
        contents: `${load}\nexport default globalThis.Plotly`,
      }))
    },
  }
}

/**
 * Plotly's file consists of modules, each behind a comment with its path, which call one another by names that begin with
 * `require_` or `init_`. What cannot be reached without maps is left out.
 *
 * @param text the file of `plotly.js-dist`
 * @throws where the file is made in another way
 */
function withoutMaps(text) {
  const starts = [...text.matchAll(/^ {2}\/\/ (\S+\.\w+)$/gm)]
  const modules = starts.map(({ index, 1: path }, i) => ({
    path,
    text: text.slice(index, starts[i + 1]?.index),
  }))
  const list = modules.find(({ path }) => path === LIST)
  if (!list) throw new Error(`plotly.js-dist has no module ${LIST}.`)
  for (const name of MAPS) {
    const shorter = list.text.replace(new RegExp(`^ +require_${name}\\d*\\(\\),\\n`, 'm'), '')
    if (shorter === list.text) throw new Error(`plotly.js-dist does not list ${name} in ${LIST}.`)
    list.text = shorter
  }
  const homes = new Map()
  for (const module of modules) {
    const names = module.text.matchAll(/^ {2}var ((?:require|init)_\w+) = __(?:commonJS|esm)\(/gm)
    for (const [, name] of names) homes.set(name, module)
  }
  const named = new Set(homes.values())
  // A set grows while it is walked through.
  const reached = new Set(modules.filter((module) => module === list || !named.has(module)))
  for (const { text } of reached)
    for (const [name] of text.matchAll(/\b(?:require|init)_\w+/g))
      if (homes.has(name)) reached.add(homes.get(name))
  const kept = modules.filter((module) => reached.has(module)).map(({ text }) => text)
  return text.slice(0, starts[0].index) + kept.join('')
}
