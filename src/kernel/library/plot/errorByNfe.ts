import { errorByNfeFigure, type ErrorByNfeInput } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

/**
 * The error of samplers against the number of requests to the model, split into what the steps make, what the score
 * makes and what the start makes.
 *
 * @param errors what `await errorsByNfe(model, { samplers })` returned, or curves of one's own.
 */
export function errorByNfe(
  errors: Omit<ErrorByNfeInput, 'title' | 'error'>,
  options: Pick<ErrorByNfeInput, 'title' | 'error'> = {},
): Promise<DisplayHandle> {
  return draw('the errors', () => {
    if (!isObject(errors) || !('curves' in errors) || !Array.isArray(errors.curves))
      throw new TypeError(
        `plot.errorByNfe draws what await errorsByNfe(model, { samplers }) returned; not ${preview(errors, { depth: 0 })}`,
      )
    return errorByNfeFigure({ ...errors, ...options })
  })
}
