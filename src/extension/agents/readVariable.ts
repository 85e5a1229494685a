import type * as vscode from 'vscode'
import type { Variable } from '../../kernel/protocol'
import type { Sessions } from '../kernel/sessions'
import { answer, nameOf, notebookFor, type NotebookInput } from './target'

export interface ReadVariableInput extends NotebookInput {
  readonly name: string
}

/** Lets an agent read what a variable of the session is: kind, value or shape, and which cell set it. */
export class ReadVariableTool implements vscode.LanguageModelTool<ReadVariableInput> {
  readonly #sessions: Sessions

  constructor(sessions: Sessions) {
    this.#sessions = sessions
  }

  invoke({
    input,
  }: vscode.LanguageModelToolInvocationOptions<ReadVariableInput>): vscode.LanguageModelToolResult {
    const notebook = notebookFor(input)
    const variables = this.#sessions.find(notebook)?.variables ?? []
    const variable = variables.find(({ name }) => name === input.name)
    if (variable) return answer(described(variable))
    const names = variables.map(({ name }) => name).join(', ')
    throw new Error(
      `${nameOf(notebook)} has no variable ${JSON.stringify(input.name)}. ${names ? `It has: ${names}.` : 'No cell has run yet.'}`,
    )
  }
}

function described({ name, kind, summary, origin, tensor, signature, parameters }: Variable): string {
  const facts = [
    `${name}: ${kind}`,
    summary,
    tensor && `shape [${tensor.shape.join(', ')}], ${tensor.dtype}${tensor.disposed ? ', disposed of' : ''}`,
    signature,
    parameters !== undefined && `${parameters} trained parameters`,
    origin && `set by cell ${origin.cell}, run as [${origin.count}]`,
  ]
  return facts.filter(Boolean).join('\n')
}
