/** A name for data that differs where the data does, to compare what two runs returned. */
import { isNumberArray, type Data } from './data'

/** 16 hexadecimal digits: FNV-1a over the parts of the data, from two bases. It protects nothing. */
export function dataDigest(data: Data): string {
  const hash = new Hash()
  hash.data(data)
  return hash.digits()
}

class Hash {
  #a = 0x811c9dc5
  #b = 0x01000193

  data(data: Data): void {
    if (typeof data !== 'object' || data === null) this.text(`${typeof data} ${String(data)}`)
    else if (isNumberArray(data)) {
      this.text(`numbers ${data.shape.join()}`)
      for (const value of data.values) this.text(String(value))
    } else if (Array.isArray(data)) {
      this.text(`list ${data.length}`)
      for (const each of data) this.data(each as Data)
    } else
      for (const [key, value] of Object.entries(data as Readonly<Record<string, Data>>)) {
        this.text(`member ${key}`)
        this.data(value)
      }
  }

  text(text: string): void {
    for (let i = 0; i <= text.length; i++) {
      const unit = i < text.length ? text.charCodeAt(i) : 0xffff
      this.#a = Math.imul(this.#a ^ unit, 0x01000193)
      this.#b = Math.imul(this.#b ^ unit, 0x5bd1e995)
      this.#b ^= this.#b >>> 13
    }
  }

  digits(): string {
    return [this.#a, this.#b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
