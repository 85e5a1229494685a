import * as vscode from 'vscode'

const WASM_FILES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']

/** The built files of this extension, wherever it is installed: read through VS Code, never through Node. */
export class Assets {
  readonly folder: vscode.Uri
  readonly #texts = new Map<string, Promise<string>>()
  #wasm: Promise<Readonly<Record<string, Uint8Array>>> | undefined

  constructor(extension: vscode.Uri) {
    this.folder = vscode.Uri.joinPath(extension, 'dist')
  }

  uri(name: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, name)
  }

  /** The text of a built file, read once. */
  text(name: string): Promise<string> {
    let text = this.#texts.get(name)
    if (!text) {
      text = this.#read(name).then((bytes) => new TextDecoder().decode(bytes))
      text.catch(() => this.#texts.delete(name))
      this.#texts.set(name, text)
    }
    return text
  }

  /** The WebAssembly binaries by file name, read once. */
  wasm(): Promise<Readonly<Record<string, Uint8Array>>> {
    this.#wasm ??= Promise.all(
      // Copied, because Node's Buffer, which some hosts return, does not survive the way into a webview.
      WASM_FILES.map(async (name) => [name, new Uint8Array(await this.#read(`wasm/${name}`))] as const),
    ).then((entries) => Object.fromEntries(entries))
    return this.#wasm
  }

  /** A file of the shipped models' weights, or a card. */
  async weights(file: string): Promise<Uint8Array> {
    return new Uint8Array(await this.#read(`weights/${file}`))
  }

  async #read(name: string): Promise<Uint8Array> {
    return vscode.workspace.fs.readFile(this.uri(name))
  }
}
