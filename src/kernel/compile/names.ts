/** Names for what compiled code keeps to itself. All hold a mark that the cell's own text does not contain. */
export class PrivateNames {
  private readonly mark: string
  private readonly bindings = new Map<string, string>()

  /** @param text all of the cell's JavaScript. */
  constructor(text: string) {
    const plain = text.replace(/\\u(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{4}))/gi, (escape, long, short) => {
      const point = parseInt(String(long ?? short), 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : escape
    })
    let number = 0
    while (plain.includes(`$${number}`)) number++
    this.mark = `$${number}`
  }

  /** The cell's `CellRuntime`. */
  get runtime(): string {
    return this.mark
  }

  /** A helper's name: the mark comes first, so that it differs from every binding's. */
  helper(name: string): string {
    return this.mark + name
  }

  /** The constant that holds the binding of a session or global name. */
  binding(name: string): string {
    let local = this.bindings.get(name)
    if (local === undefined) this.bindings.set(name, (local = name + this.mark))
    return local
  }

  /** Session and global names that have a constant so far, with its name. */
  get held(): ReadonlyMap<string, string> {
    return this.bindings
  }
}
