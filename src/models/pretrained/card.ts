/** What is known of a shipped model: `media/weights/NAME.json`, written by its training. */

/** A number that was measured, with its standard error where it has one. */
export interface Measured {
  readonly value: number
  readonly standardError?: number
  /** What was measured, on how many, and what it is to be compared with. */
  readonly of: string
}

export interface Card {
  readonly name: string
  readonly about: string
  readonly data: string
  /** Numbers in its parameters. */
  readonly parameters: number
  readonly training: {
    readonly steps: number
    readonly batch: number
    readonly seed: number
    /** Of the processor that it was trained on, beside whatever else ran there. */
    readonly minutes: number
    readonly device: string
    /** Mean loss over the last tenth of the steps. */
    readonly loss: number
    /** The day on which it ended, as 2026-01-31. */
    readonly date: string
  }
  /** Of Genbook, TensorFlow.js, Node, and of the random streams. */
  readonly versions: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, Measured>>
}
