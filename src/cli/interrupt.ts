/** Ctrl-C, as something that work can listen to. */
import { Status } from './failure'

/** Whoever ends a process often sends the same signal twice, to it and to its group. */
const REPEATED_MILLISECONDS = 500

/** Lends `use` a signal that Ctrl-C aborts; the second Ctrl-C ends the process. */
export async function withInterrupt<T>(use: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  let stoppedAt = Infinity
  const onSignal = () => {
    if (performance.now() - stoppedAt > REPEATED_MILLISECONDS) process.exit(Status.interrupted)
    if (stop.signal.aborted) return
    stoppedAt = performance.now()
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    return await use(stop.signal)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
