// Compiles src/tensor/wasm/native, the numeric kernels in AssemblyScript, for whatever esbuild bundles.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './node.mjs'

const folder = join(root, 'src/tensor/wasm/native')
/** Compiled modules by a hash of all that went into them. */
const cache = join(root, 'out/native')

/** What both builds are compiled with. The memory is TensorFlow.js's, so the module must bring neither heap nor data. */
const OPTIONS = [
  '--optimizeLevel',
  '3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--initialMemory',
  '1',
  // With a bound it can also be memory that threads share.
  '--maximumMemory',
  '65536',
]
/** One file is both 32-bit addresses and sizes: warnings about a 64-bit target say nothing here. */
const QUIET = ['--disableWarning', '201']
const BUILDS = { relaxed: ['--enable', 'simd,relaxed-simd'], plain: ['--enable', 'simd'] }

/** Lets `import relaxed from './native/relaxed.wasm'` (or `plain.wasm`) give the bytes of that build. */
export const assembly = {
  name: 'assembly',
  setup(build) {
    build.onResolve({ filter: /\/native\/(relaxed|plain)\.wasm$/ }, ({ path }) => ({
      path: /(\w+)\.wasm$/.exec(path)[1],
      namespace: 'assembly',
    }))
    build.onLoad({ filter: /.*/, namespace: 'assembly' }, async ({ path }) => ({
      contents: await compile(path),
      loader: 'binary',
      watchDirs: [folder],
      watchFiles: (await sources()).map(([name]) => join(folder, name)),
    }))
  },
}

/** @returns the names and texts of all source files, in order. */
async function sources() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
  return Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]))
}

/** @returns the bytes of a build. @throws where it does not compile, with what the compiler says. */
async function compile(build) {
  const options = [...OPTIONS, ...QUIET, ...BUILDS[build]]
  const files = new Map(await sources())
  const { version } = JSON.parse(
    await readFile(join(root, 'node_modules/assemblyscript/package.json'), 'utf8'),
  )
  const key = createHash('sha256')
    .update(JSON.stringify([version, options, ...files]))
    .digest('hex')
    .slice(0, 32)
  const cached = join(cache, `${key}.wasm`)
  try {
    return await readFile(cached)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  // Loaded only here: it takes a while.
  const { default: asc } = await import('assemblyscript/asc')
  let bytes
  const { error, stderr } = await asc.main(['index.ts', ...options, '--outFile', 'out.wasm'], {
    readFile: (name) => files.get(name) ?? null,
    writeFile: (name, contents) => {
      if (name === 'out.wasm') bytes = contents
    },
    listFiles: () => [...files.keys()],
  })
  if (error) throw new Error(`The numeric kernels do not compile:\n${stderr.toString()}`)
  await mkdir(cache, { recursive: true })
  // Other processes may be compiling the same.
  const partial = `${cached}.${process.pid}-${Math.random()}`
  await writeFile(partial, bytes)
  await rename(partial, cached)
  return bytes
}
