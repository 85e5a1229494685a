/** `train` as cells know it: the models' training loop with a loss curve that grows below the cell. */
import * as models from '../../models'
import type { Data, Evaluated, Trainable, TrainingRun, TrainOptions } from '../../models'
import { reached } from '../../tensor'
import { figureBundle, lossFigure, type LossInput } from '../../renderers/figures'
import type { DisplayHandle } from '../display/display'
import { display } from '../display/screen'
import { continuation } from '../session/current'
import { beginTask } from '../../tensor'

export interface LiveTrainOptions<M> extends TrainOptions<M> {
  /** Whether the loss is drawn while training goes on. Default true. */
  readonly live?: boolean
}

/**
 * Trains `model` in place on batches drawn from `data`, and draws the loss as it goes, with the steps done,
 * steps per second and the time left. Stop ends it after the step in progress and keeps the parameters.
 *
 * @throws RangeError for an option that makes no sense, or where data and model differ in shape.
 * @throws Error when the loss or its gradient stops being finite; the parameters are those of the step before.
 */
export async function train<M extends Trainable>(
  model: M,
  data: Data,
  settings: LiveTrainOptions<M>,
): Promise<TrainingRun> {
  const given: unknown = settings
  if (typeof given !== 'object' || given === null)
    throw new TypeError('train: the third argument must say for how long, such as { steps: 1000 }')
  const { live = true, ...options } = settings
  const { observe, loss = (model, batch, stream, told) => model.loss(batch, stream, told) } = options
  const goOn = continuation()
  let handle: DisplayHandle | undefined
  const task = beginTask('training', { total: options.steps, drawn: live })
  try {
    return await models.train<M>(model, data, {
      ...options,
      loss(model, batch, stream, condition) {
        // Each step begins after waiting for the device, during which the cell may have been stopped.
        goOn()
        return loss(model, batch, stream, condition)
      },
      async observe(progress) {
        task.at(progress.step, () => `loss ${Number(progress.loss.toPrecision(4))}`)
        if (live) {
          const { step, steps, losses, rate, evaluations } = progress
          // How fast it went differs from run to run; what a finished cell shows should not.
          const figure = lossFigure({
            losses,
            total: steps,
            ...validationOf(evaluations),
            ...(step < steps && { rate }),
          })
          if (handle) handle.update(figure)
          else handle = display.bundle(figureBundle(figure))
        }
        reached(() => {
          const { step, steps, loss, losses, rate } = progress
          return {
            title: `training step ${step} of ${steps}`,
            values: { step: () => step, loss: () => loss, losses: () => losses, rate: () => rate },
          }
        })
        await observe?.(progress)
      },
    })
  } finally {
    task.end()
  }
}

/** Evaluations in the form of the loss figure's second curve. */
export function validationOf(evaluations: readonly Evaluated[]): Pick<LossInput, 'validation'> {
  const finite = evaluations.filter(({ value }) => Number.isFinite(value))
  if (!finite.length) return {}
  return { validation: { steps: finite.map(({ step }) => step), losses: finite.map(({ value }) => value) } }
}
