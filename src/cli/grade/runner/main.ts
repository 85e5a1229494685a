/**
 * The runner: a process in a sandbox that executes one submission for the grader.
 *
 * This thread holds the channel, its nonce, and the sources of cells that are yet to run; it compiles, but executes nothing.
 * Cells run in a thread of their own.
 */
import '../../../kernel/language/browserlike'
import { readMessages, writeMessage } from '../channel'
import { Runner } from './runner'
import type { GraderMessage } from './messages'

/** Listens to the grader. @param codeCache what has been compiled of this program */
export function start(codeCache: () => Uint8Array): void {
  let runner: Runner | undefined

  readMessages(
    process.stdin,
    (message) => {
      // The grader is trusted, and is of the same build.
      const told = message as GraderMessage
      if (told.type === 'start') {
        const { nonce } = told
        runner = new Runner(told, codeCache, (answer) => writeMessage(process.stdout, { ...answer, nonce }))
        void runner.start()
      } else runner?.receive(told)
    },
    () => process.exit(1),
  )
  process.stdin.on('end', () => process.exit(0))
}
