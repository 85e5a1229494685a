/**
 * Commands to a worker that is kept waiting, in a page that shares no memory with it.
 *
 * All that such a worker can do is to ask synchronously for `blob:` addresses that it knows, and all that the page can do
 * is to revoke them: one bit each. A few bits tell the commands that a person repeats (step, continue). Any other command
 * is put into a blob of its own, and the bits tell its address, which ends with a random UUID; it carries the addresses for
 * the commands after it.
 */
import { revoked } from '../session/interrupt'
import { sleeper, type Commands } from './commands'
import type { CommandAddresses, DebugCommand } from './protocol'

/** What a slot's bits say; 0 stands for any other command. */
const SHORT = [undefined, 'continue', 'over', 'in', 'out', 'step', 'pause'] as const
const SLOT_BITS = 3
const NAME_BITS = 128
/** Commands of a few bits before new addresses must be sent. */
const SLOTS = 12

/** What lies at the address of a command. */
interface Letter {
  readonly command: DebugCommand | undefined
  readonly next: CommandAddresses
}

// ------------------------------------------------------------------------------------------------- in the page

/** The page's end. */
export class CommandWriter {
  /** For the worker, before its first command. */
  readonly first: CommandAddresses
  #current: Supply
  /** Made while nobody waits: creating addresses takes some time. */
  #spare: Supply | undefined
  #slot = 0
  #sent = 0
  #disposed = false
  readonly #used: { supply: Supply; until: number }[] = []

  constructor() {
    this.#current = new Supply()
    this.first = this.#current.addresses
  }

  send(command: DebugCommand): void {
    const short = SHORT.findIndex((kind) => kind !== undefined && kind === command.kind)
    if (short > 0 && this.#slot < SLOTS - 1) this.#post(short)
    else this.#postLetter(command)
  }

  /** The worker has taken so many commands: what told them is needed no more. */
  taken(count: number): void {
    while (this.#used[0] && this.#used[0].until <= count) this.#used.shift()!.supply.revoke()
  }

  dispose(): void {
    for (const { supply } of this.#used.splice(0)) supply.revoke()
    this.#current.revoke()
    this.#spare?.revoke()
    this.#disposed = true
  }

  #post(bits: number): void {
    this.#sent++
    this.#current.tell(this.#slot++, bits)
  }

  #postLetter(command: DebugCommand): void {
    const next = this.#spare ?? new Supply()
    this.#spare = undefined
    const letter: Letter = { command, next: next.addresses }
    this.#current.name(JSON.stringify(letter))
    this.#post(0)
    this.#used.push({ supply: this.#current, until: this.#sent })
    this.#current = next
    this.#slot = 0
    setTimeout(() => {
      if (!this.#disposed) this.#spare ??= new Supply()
    })
  }
}

/** Addresses for a few commands, and for where the last of them lies. */
class Supply {
  readonly addresses: CommandAddresses
  readonly #all: string[] = []

  constructor() {
    const origin = this.#create('').slice(0, -36)
    const end = () => this.#create('').slice(origin.length)
    this.addresses = {
      origin,
      slots: Array.from({ length: SLOTS }, () => ({
        ready: end(),
        bits: Array.from({ length: SLOT_BITS }, end),
      })),
      name: Array.from({ length: NAME_BITS }, end),
    }
  }

  tell(slot: number, bits: number): void {
    const { ready, bits: addresses } = this.addresses.slots[slot]!
    addresses.forEach((address, bit) => (bits >> bit) & 1 && this.#revoke(address))
    this.#revoke(ready)
  }

  name(text: string): void {
    const uuid = this.#create(text).slice(-36)
    const digits = uuid.replaceAll('-', '')
    this.addresses.name.forEach(
      (address, bit) => (parseInt(digits[bit >> 2]!, 16) >> (bit & 3)) & 1 && this.#revoke(address),
    )
  }

  revoke(): void {
    for (const address of this.#all.splice(0)) URL.revokeObjectURL(address)
  }

  #create(text: string): string {
    const address = URL.createObjectURL(new Blob([text]))
    this.#all.push(address)
    return address
  }

  #revoke(end: string): void {
    URL.revokeObjectURL(this.addresses.origin + end)
  }
}

// ------------------------------------------------------------------------------------------------ in the worker

/**
 * The worker's end.
 *
 * @throws Error where addresses cannot be asked for synchronously.
 */
export function addressedCommands(first: CommandAddresses): Commands {
  let { origin, slots, name } = first
  let slot = 0
  const isSet = (end: string): boolean => revoked(origin + end)
  const number = (bits: readonly string[]): number =>
    bits.reduce((sum, address, bit) => sum + (isSet(address) ? 1 << bit : 0), 0)
  // The last slot tells letters only, whose bits are 0: so this address must answer.
  if (isSet(slots.at(-1)!.bits[0]!)) throw new Error('This browser cannot read synchronously in a worker.')

  const readLetter = (): DebugCommand | undefined => {
    let digits = ''
    for (let at = 0; at < NAME_BITS; at += 4) digits += number(name.slice(at, at + 4)).toString(16)
    const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    const request = new XMLHttpRequest()
    request.open('GET', origin + uuid, false)
    request.send()
    const { command, next } = JSON.parse(request.responseText) as Letter
    ;({ origin, slots, name } = next)
    slot = 0
    return command
  }

  return {
    take() {
      const { ready, bits } = slots[slot]!
      if (!isSet(ready)) return undefined
      const kind = SHORT[number(bits)]
      if (!kind) return readLetter()
      slot++
      return { kind }
    },
    wait: sleeper(),
  }
}
