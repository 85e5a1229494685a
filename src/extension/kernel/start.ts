import { KernelClient, type StartOptions } from '../../kernel/client'
import type { NotebookFolder } from '../../kernel/files'
import type { Assets } from '../assets'
import type { RuntimeView } from '../runtime/view'
import type { Settings } from '../settings'

/** A machine that is busy with other things gets more time at the second attempt. */
const START_MILLISECONDS = [10_000, 30_000]

export interface KernelPlace {
  readonly view: RuntimeView
  readonly assets: Assets
}

/**
 * Starts a kernel for a notebook in the runtime view, trying a second time where the first fails.
 *
 * @param notebook names the notebook in the view
 * @param title what the person calls it
 * @param files what its cells can read
 * @throws Error that says why, when the second attempt fails as well
 */
export async function startKernel(
  { view, assets }: KernelPlace,
  notebook: string,
  title: string,
  seed: number,
  settings: Settings,
  files: NotebookFolder,
): Promise<KernelClient> {
  const options: StartOptions = {
    seed,
    backend: settings.backend,
    wasm: await assets.wasm(),
    readWeights: (file) => assets.weights(file),
    files,
    attended: true,
    plain: !settings.fused,
    threads: settings.threads,
    subgroups: settings.subgroups,
  }
  let failure: unknown
  for (const startMilliseconds of START_MILLISECONDS) {
    const transport = await view.connect(notebook, title)
    const client = new KernelClient(transport, {
      startMilliseconds,
      graceMilliseconds: settings.graceMilliseconds,
    })
    try {
      await client.start(options)
      return client
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
