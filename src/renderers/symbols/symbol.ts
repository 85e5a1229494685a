/** A letter of the lectures: what it means in Genbook, always, and what others mean by it. */
export interface MathSymbol {
  /** As a person reads it, in Unicode: `ᾱₜ`. */
  readonly sign: string
  /** How pictures write it, without an index: `ᾱ`. None where the letter alone says too little. */
  readonly signs: readonly string[]
  /** What `atoms` of a formula call it, with its index where that matters: `bar(alpha)`, `sigma_min`. */
  readonly forms: readonly string[]
  /** What programs call it. */
  readonly names: readonly string[]
  /** In Genbook; one sentence or two. */
  readonly meaning: string
  /** How Genbook computes it, in code. */
  readonly code?: string
  readonly readings: readonly Reading[]
}

/** What a lecture or a paper means by a letter. */
export interface Reading {
  /** Whose convention it is: `DDPM`. */
  readonly of: string
  readonly means: string
  /** Text around the letter, in TeX, that shows that it is meant so. */
  readonly where?: RegExp
}
