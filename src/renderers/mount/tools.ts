/** The buttons under a picture: copy it, save it, open it large. */
import { element, pushButton } from '../controls/elements'
import { words } from '../controls/words'
import { describe, type Figure } from '../figures/figure'
import { fileName, type PictureFormat } from './picture'

/** What a page can do with pictures. */
export interface PictureHost {
  /** Makes a file of it. */
  readonly save: (name: string, picture: Blob) => void | Promise<void>
  /** Shows a figure large; absent where it is large already. */
  readonly open?: (title: string, figure: Figure) => void
}

export interface Subject {
  /** What is shown now; nothing before anything is. */
  readonly figure: () => Figure | undefined
  readonly picture: (format: PictureFormat) => Promise<Blob>
}

export class Tools {
  readonly element = element('div', { className: 'genbook-tools' })
  readonly #subject: Subject
  readonly #host: PictureHost
  readonly #said = element('span')

  constructor(subject: Subject, host: PictureHost) {
    this.#subject = subject
    this.#host = host
    const { copy, copyLong, png, pngLong, svg, svgLong, large, largeLong, picture } = words()
    this.element.setAttribute('role', 'toolbar')
    this.element.setAttribute('aria-label', picture)
    this.#said.setAttribute('role', 'status')
    const button = (label: string, long: string, press: () => Promise<void> | void) =>
      pushButton(label, () => void this.#press(press), 'small plain', long)
    this.element.append(
      button(copy, copyLong, () => this.#copy()),
      button(png, pngLong, () => this.#save('png')),
      button(svg, svgLong, () => this.#save('svg')),
      ...(host.open ? [button(large, largeLong, () => this.#open())] : []),
      this.#said,
    )
  }

  async #press(action: () => Promise<void> | void): Promise<void> {
    this.#said.textContent = ''
    try {
      await action()
    } catch (error) {
      this.#said.textContent = error instanceof Error ? error.message : String(error)
    }
  }

  async #copy(): Promise<void> {
    try {
      // Asked for at once, while the person's press still counts; the picture may come later.
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': this.#subject.picture('png') })])
    } catch {
      this.#said.textContent = words().notCopied
      return
    }
    this.#said.textContent = words().copied
  }

  async #save(format: PictureFormat): Promise<void> {
    const figure = this.#subject.figure()
    if (figure) await this.#host.save(`${fileName(figure)}.${format}`, await this.#subject.picture(format))
  }

  #open(): void {
    const figure = this.#subject.figure()
    if (figure) this.#host.open?.(describe(figure).split(':')[0]!, figure)
  }
}
