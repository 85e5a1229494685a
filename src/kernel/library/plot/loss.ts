import type { TrainingProgress, TrainingRun } from '../../../models'
import { lossFigure, type LossInput, type Numbers } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { validationOf } from '../train'
import { draw, isObject } from './draw'

/** What `plot.loss` takes: the result of `train`, its progress, or plain numbers. */
export type Losses = TrainingRun | TrainingProgress | Numbers

/**
 * The loss of a training, step by step, with its moving average.
 *
 * @throws FigureError where there is no finite loss.
 */
export function loss(run: Losses, options: Omit<LossInput, 'losses'> = {}): Promise<DisplayHandle> {
  return draw('the loss', () => lossFigure({ ...lossInput(run), ...options }))
}

/** What the loss figure is drawn from. */
function lossInput(run: Losses): LossInput {
  if (!isObject(run) || !('losses' in run || 'length' in run))
    throw new TypeError(
      `plot.loss draws what train returned, or an array of losses; not ${preview(run, { depth: 0 })}`,
    )
  if (!('losses' in run)) return { losses: run }
  return {
    losses: run.losses,
    total: run.steps,
    ...validationOf(run.evaluations ?? []),
    ...('rate' in run && { rate: run.rate }),
  }
}
