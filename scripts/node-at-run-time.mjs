// For a script that runs in browsers and under Node alike.

/** Asked for by TensorFlow.js where it finds itself under Node; its packages' settings for browsers leave them out. */
const MODULES = ['fs', 'os', 'path', 'perf_hooks', 'util', 'worker_threads']

/** Leaves the requiring of Node's own modules to where the script runs. */
export const nodeAtRunTime = {
  name: 'node at run time',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${MODULES.join('|')})$`) }, ({ path }) => ({
      path,
      external: true,
    }))
  },
}
