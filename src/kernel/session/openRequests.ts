/** What a kernel has asked of its driver and still waits for. */
export class OpenRequests<Answer> {
  readonly #open = new Map<number, (answer: Answer) => void>()
  #last = 0

  /** @param post sends the request under the number that its answer will bear */
  ask(post: (request: number) => void): { readonly request: number; readonly answered: Promise<Answer> } {
    const request = ++this.#last
    const answered = new Promise<Answer>((resolve) => this.#open.set(request, resolve))
    post(request)
    return { request, answered }
  }

  /** An answer has come; one to a request that nobody waits for any more is dropped. */
  answer(request: number, answer: Answer): void {
    this.#open.get(request)?.(answer)
    this.forget(request)
  }

  /** Nobody waits for this one any more. */
  forget(request: number): void {
    this.#open.delete(request)
  }
}
