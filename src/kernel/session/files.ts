/** The way from library code to files in the notebook's folder, which a kernel cannot read by itself: its driver does. */
import type { FilesRead, ReadFiles } from '../protocol'
import { OpenRequests } from './openRequests'

export class FileRequests {
  readonly #post: (message: ReadFiles) => void
  readonly #open = new OpenRequests<FilesRead>()

  constructor(post: (message: ReadFiles) => void) {
    this.#post = post
  }

  /** @throws Error (as a rejection) with the driver's reason where the file cannot be read. */
  async read(path: string): Promise<Uint8Array> {
    const { bytes, reason } = await this.#ask('bytes', path)
    if (bytes) return bytes
    throw new Error(reason ?? 'the driver of this session gave no reason')
  }

  /** The paths of the files in a folder, from it. @throws as `read` */
  async list(path: string): Promise<readonly string[]> {
    const { paths, reason } = await this.#ask('paths', path)
    if (paths) return paths
    throw new Error(reason ?? 'the driver of this session gave no reason')
  }

  /** The driver has answered. */
  answer(answer: FilesRead): void {
    this.#open.answer(answer.request, answer)
  }

  #ask(wants: ReadFiles['wants'], path: string): Promise<FilesRead> {
    return this.#open.ask((request) => this.#post({ type: 'readFiles', request, wants, path })).answered
  }
}
