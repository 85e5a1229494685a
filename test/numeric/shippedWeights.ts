/** The shipped weights as tests load them: from the repository, as the command line does from dist/. */
import { join } from 'node:path'
import { root } from '../../scripts/vscode-host/index.mjs'
import { weightReader } from '../../src/kernel/client.node'
import { setWeightSource } from '../../src/models/pretrained/load'

export const WEIGHTS: string = join(root, 'media/weights')

/** Makes `pretrained` find them. */
export function useShippedWeights(): void {
  setWeightSource(weightReader(WEIGHTS))
}
