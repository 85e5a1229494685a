/** Cells that wait for a person to type something. */
import type { Answer, Ask } from '../protocol'
import { OpenRequests } from './openRequests'
import type { Run } from './run'

/** What is asked, before it has a number. */
export type Question = Omit<Ask, 'type' | 'run' | 'question'>

/** The person would not answer, or there is nobody who could. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

export class Questions {
  readonly #post: (ask: Ask) => void
  readonly #open = new OpenRequests<Answer>()

  constructor(post: (ask: Ask) => void) {
    this.#post = post
  }

  /**
   * Asks on behalf of `run`, and waits.
   *
   * @throws NoAnswerError (as a rejection) where there is no answer; what ended the run where that came first.
   */
  async ask(run: Run, question: Question): Promise<string> {
    const { request, answered } = this.#open.ask((number) =>
      this.#post({ type: 'ask', run: run.number, question: number, ...question }),
    )
    try {
      const { text, reason } = await Promise.race([answered, run.ended])
      if (text !== undefined) return text
      throw new NoAnswerError(
        `“${question.prompt}” was not answered: ${reason ?? 'the field was left with Escape'}.`,
      )
    } finally {
      this.#open.forget(request)
    }
  }

  /** An answer has come; one to a question that nobody waits for any more is dropped. */
  answer(answer: Answer): void {
    this.#open.answer(answer.question, answer)
  }
}
