/** The way from library code to the person: the questions of the session whose cell is executing. */
import type { Question } from './questions'

type AskPerson = (question: Question) => Promise<string>

let current: AskPerson | undefined

/** Makes `ask` what questions go through. */
export function setAsking(ask: AskPerson | undefined): void {
  current = ask
}

/** @throws NoAnswerError (as a rejection) where there is no answer; Error where no cell is executing. */
export async function askPerson(question: Question): Promise<string> {
  if (!current) throw new Error('input works while a cell is executing; here nobody could be asked.')
  return current(question)
}
