import * as vscode from 'vscode'
import type { SignatureHelp } from '../../../kernel/language/answers'
import { CELLS, type LanguageCells } from '../cells'

/** The parameters of the call that is being typed. */
export class SignatureHelpProvider implements vscode.SignatureHelpProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  async provideSignatureHelp(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    { triggerCharacter, isRetrigger, activeSignatureHelp }: vscode.SignatureHelpContext,
  ): Promise<vscode.SignatureHelp | undefined> {
    const offset = document.offsetAt(position)
    const help = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.signatureHelp({ ...cell, offset }, triggerCharacter, isRetrigger, signal),
    )
    return help && signatureHelp(help, activeSignatureHelp)
  }
}

function signatureHelp(help: SignatureHelp, shown: vscode.SignatureHelp | undefined): vscode.SignatureHelp {
  const result = new vscode.SignatureHelp()
  result.signatures = help.signatures.map(({ label, documentation, parameters }) => {
    const signature = new vscode.SignatureInformation(label, new vscode.MarkdownString(documentation))
    signature.parameters = parameters.map(
      ({ start, end, documentation }) =>
        new vscode.ParameterInformation([start, end], new vscode.MarkdownString(documentation)),
    )
    return signature
  })
  // An overload that the person has turned to stays.
  const chosen = shown?.signatures[shown.activeSignature]?.label
  const kept = help.signatures.findIndex(({ label }) => label === chosen)
  result.activeSignature = kept >= 0 ? kept : help.activeSignature
  result.activeParameter = help.activeParameter
  return result
}

export function registerSignatureHelp(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerSignatureHelpProvider(CELLS, new SignatureHelpProvider(cells), {
    triggerCharacters: ['(', ',', '<'],
    retriggerCharacters: [')'],
  })
}
