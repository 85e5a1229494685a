/** What a person waits for when they have a cell go on: where the next pause is. */
import type { Stop } from '../cell'
import type { Frame } from './frames'
import type { Going } from './protocol'

export interface Goal {
  readonly going: Going
  /** Where the cell went on. */
  readonly frame: Frame | undefined
}

/**
 * Whether a frame has come to where the goal lies.
 *
 * Stepping is by lines: what else is on the same line is passed over, until a loop comes back to it. A function that
 * waits is not left: stepping over `await` goes on behind it.
 */
export function isReached({ going, frame }: Goal, reached: Frame, before: Stop | undefined): boolean {
  switch (going) {
    case 'continue':
    case 'step':
      return false
    case 'in':
      return reached !== frame || isAnotherLine(before, reached.stop!)
    case 'over':
      if (reached === frame) return isAnotherLine(before, reached.stop!)
      return frame !== undefined && (isBack(frame, reached) || isNextCall(frame, reached))
    case 'out':
      return frame !== undefined && isBack(frame, reached)
  }
}

function isAnotherLine(before: Stop | undefined, now: Stop): boolean {
  return !before || before.line !== now.line || now.column <= before.column
}

/** Whether `frame` is over, and `reached` the first of its callers that is not. */
function isBack(frame: Frame, reached: Frame): boolean {
  let at: Frame | undefined = frame
  while (at && hasLeft(at)) at = at.caller
  return at === reached && at !== frame
}

/** Whether a callback that is over is called again by the same code: the next turn of `map`, say. */
function isNextCall(frame: Frame, reached: Frame): boolean {
  return (
    frame.state === 'over' &&
    frame.function.callback &&
    reached.function === frame.function &&
    reached.caller === frame.caller
  )
}

function hasLeft({ state }: Frame): boolean {
  return state === 'over' || state === 'yielded'
}
