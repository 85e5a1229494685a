/** Trains a shipped model by its recipe, from its seed or from where it was stopped, and writes its weights and its card. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { version as tfjsVersion } from '@tensorflow/tfjs/package.json'
import { readWasm } from '../../src/kernel/client.node'
import { loadParams, saveParams, summary, train, type Trainable } from '../../src/models'
import type { Card } from '../../src/models/pretrained'
import { setWeightSource } from '../../src/models/pretrained/load'
import { RandomStream, selectBackend, STREAM_VERSION } from '../../src/tensor'
import { version } from '../../package.json'
import type { Recipe } from './recipe'

/** Steps between two checkpoints: half a minute or so. */
const SAVE_EVERY = 200

/**
 * @param root the project's folder.
 * @param argv `--steps N`, `--save-every N` (steps between two checkpoints), `--out FOLDER`, `--measure` (only the card's measurements, of
 *   the weights in the folder).
 * @throws RangeError for numbers of steps that are none.
 */
export async function run<M extends Trainable>(
  recipe: Recipe<M>,
  root: string,
  argv: string[],
): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      steps: { type: 'string' },
      'save-every': { type: 'string' },
      out: { type: 'string' },
      measure: { type: 'boolean' },
    },
  })
  const { builder, seed, batch } = recipe
  const { name } = builder
  const steps = count('--steps', values.steps) ?? recipe.steps
  const saveEvery = count('--save-every', values['save-every']) ?? SAVE_EVERY
  const out = values.out ?? join(root, 'media/weights')
  // What is written elsewhere does not go on from what is shipped.
  const folder = values.out === undefined ? join(root, 'out/train', name) : join(out, `${name}-training`)
  const weightsFile = join(out, `${name}.safetensors`)
  const cardFile = join(out, `${name}.json`)
  await mkdir(out, { recursive: true })

  const { name: device } = await selectBackend('wasm', {
    wasm: await readWasm(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')),
  })
  setWeightSource((file) => readFile(join(root, 'media/weights', file)))
  const model = builder.build(new RandomStream(seed, recipe.streams?.parameters ?? `${name}: parameters`))

  let training: Card['training']
  let forget: (() => Promise<void>) | undefined
  if (values.measure) {
    ;({ training } = JSON.parse(await readFile(cardFile, 'utf8')) as Card)
  } else {
    const run = await trained(recipe, model, { steps, saveEvery, folder })
    const { loss, minutes } = run
    forget = run.forget
    await writeFile(weightsFile, await saveParams(model, { name }, { format: 'I8' }))
    training = {
      ...{ steps, batch, seed, minutes: rounded(minutes), loss: rounded(loss) },
      device: `${device}, one core of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`,
      date: new Date().toISOString().slice(0, 10),
    }
  }
  // What is measured is what is shipped.
  loadParams(model, await readFile(weightsFile))
  console.log('measuring …')
  const metrics = await recipe.measure(model, new RandomStream(seed, `${name}: measurements`))
  const card: Card = {
    ...{ name, about: builder.about, data: builder.data().name },
    parameters: summary(model).parameters,
    training,
    versions: {
      ...{ genbook: version, tfjs: tfjsVersion, node: process.versions.node },
      randomStreams: String(STREAM_VERSION),
    },
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([key, { value, standardError, of }]) => [
        key,
        {
          value: rounded(value),
          ...(standardError !== undefined && { standardError: rounded(standardError) }),
          of,
        },
      ]),
    ),
  }
  await writeFile(cardFile, `${JSON.stringify(card, undefined, 2)}\n`)
  await forget?.()
  for (const [key, { value, standardError }] of Object.entries(card.metrics))
    console.log(`${key}: ${value}${standardError === undefined ? '' : ` ± ${standardError}`}`)
  console.log(`wrote ${relative(root, weightsFile)} and ${relative(root, cardFile)}`)
}

/** @throws RangeError unless it is a positive whole number, or was not said. */
function count(option: string, said: string | undefined): number | undefined {
  if (said === undefined) return undefined
  const value = Number(said)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${option} must be a positive whole number, but is ${JSON.stringify(said)}`)
  return value
}

interface Length {
  readonly steps: number
  readonly saveEvery: number
  /** Where checkpoints lie while it lasts. */
  readonly folder: string
}

/**
 * Trains in place; a training that was stopped goes on from its last checkpoint.
 *
 * @returns `forget`, which removes the checkpoint: to be called once what came of it is safe.
 */
async function trained<M extends Trainable>(
  { builder, seed, batch, streams, settings }: Recipe<M>,
  model: M,
  { steps, saveEvery, folder }: Length,
): Promise<{ readonly loss: number; readonly minutes: number; readonly forget: () => Promise<void> }> {
  await mkdir(folder, { recursive: true })
  const checkpoint = join(folder, `checkpoint-${steps}.safetensors`)
  const clock = join(folder, `minutes-${steps}.txt`)
  const resume = await readFile(checkpoint).catch(() => undefined)
  const before = resume ? Number(await readFile(clock, 'utf8').catch(() => '0')) : 0
  if (resume) console.log(`goes on from ${checkpoint}`)
  const began = process.cpuUsage()
  const minutes = (): number => {
    const { user, system } = process.cpuUsage(began)
    return before + (user + system) / 6e7
  }
  let told = 0
  const run = await train<M>(model, builder.data(), {
    ...(await settings(model)),
    steps,
    batch,
    ...(resume
      ? { resume }
      : { stream: new RandomStream(seed, streams?.training ?? `${builder.name}: training`) }),
    saveEvery,
    save: async (bytes) => {
      // A file that is there is a whole one.
      await writeFile(`${checkpoint}.part`, bytes)
      await writeFile(clock, String(minutes()))
      await rename(`${checkpoint}.part`, checkpoint)
    },
    observe: ({ step, losses, rate, secondsLeft }) => {
      if (step < steps && performance.now() - told < 10_000) return
      told = performance.now()
      const latest = losses.slice(-100)
      const mean = latest.reduce((sum, loss) => sum + loss, 0) / latest.length
      console.log(
        `step ${step} of ${steps}: loss ${mean.toFixed(4)}, ${rate.toFixed(2)} steps/s, ${(secondsLeft / 60).toFixed(1)} min left`,
      )
    },
  })
  const forget = async (): Promise<void> => {
    for (const file of [checkpoint, `${checkpoint}.part`, clock]) await rm(file, { force: true })
  }
  return { loss: run.loss, minutes: minutes(), forget }
}

/** To four significant digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
