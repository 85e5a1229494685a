/** The texts that a TypeScript language service works on, kept from request to request as far as they stay the same. */
import ts from 'typescript'

export class Scripts {
  readonly #scripts = new Map<string, { readonly snapshot: ts.IScriptSnapshot; readonly version: number }>()
  #version = 0

  /** Changes with every change of any text. */
  get version(): string {
    return String(this.#version)
  }

  get paths(): string[] {
    return [...this.#scripts.keys()]
  }

  has(path: string): boolean {
    return this.#scripts.has(path)
  }

  snapshot(path: string): ts.IScriptSnapshot | undefined {
    return this.#scripts.get(path)?.snapshot
  }

  versionOf(path: string): string {
    return String(this.#scripts.get(path)?.version ?? 0)
  }

  /** Takes over these texts by path; those that are as before keep their version. */
  replace(texts: ReadonlyMap<string, string>): void {
    for (const path of this.#scripts.keys())
      if (!texts.has(path)) {
        this.#scripts.delete(path)
        this.#version++
      }
    for (const [path, text] of texts) this.set(path, text)
  }

  set(path: string, text: string): void {
    const old = this.#scripts.get(path)?.snapshot
    if (old && old.getLength() === text.length && old.getText(0, text.length) === text) return
    this.#scripts.set(path, { snapshot: ts.ScriptSnapshot.fromString(text), version: ++this.#version })
  }
}
