import { breathe, poll } from '../../tensor'

/** How long others may be kept waiting, in milliseconds. */
const LONGEST = 50

/** For long loops: a function to await in each round, which lets others have their turn now and then, and stops if asked. */
export function pauses(): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    poll()
    if (performance.now() - since < LONGEST) return undefined
    return breathe().then(() => {
      since = performance.now()
    })
  }
}
