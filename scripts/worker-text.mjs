// Bundles a worker's program into one text, for whatever esbuild bundles: where workers are needed, nothing can be loaded.
import { dirname, resolve } from 'node:path'
import * as esbuild from 'esbuild'

/** Lets `import program from './program?worker'` give the text of the script that ./program.ts is bundled into. */
export const workerText = {
  name: 'worker text',
  setup(build) {
    build.onResolve({ filter: /\?worker$/ }, ({ path, importer }) => ({
      path: resolve(dirname(importer), `${path.slice(0, -'?worker'.length)}.ts`),
      namespace: 'worker-text',
    }))
    build.onLoad({ filter: /.*/, namespace: 'worker-text' }, async ({ path }) => {
      const { outputFiles, metafile } = await esbuild.build({
        entryPoints: [path],
        bundle: true,
        write: false,
        metafile: true,
        minify: true,
        format: 'iife',
        platform: 'neutral',
        target: ['chrome120', 'firefox128', 'safari17', 'node20'],
        legalComments: 'none',
      })
      const watchFiles = Object.keys(metafile.inputs).map((file) => resolve(file))
      return { contents: outputFiles[0].text, loader: 'text', watchFiles }
    })
  },
}
