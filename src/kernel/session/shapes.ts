/** What an operation that failed by shapes was given: names both operands, their shapes, and where they come from. */
import type { CallSite, Operand } from '../cell'
import type { CellFrame } from '../protocol'

/** A tensor that an operand stands for. */
export interface Operated {
  readonly shape: readonly number[]
  /** Where the variable was set, in words; nothing where that is not known. */
  readonly where: string | undefined
}

export interface ShapeHost {
  /** The calls of the cell that a frame is in. */
  readonly calls: (frame: CellFrame) => readonly CallSite[]
  /** The tensor at a path that begins with a session's name; `none` where there is something else, or nothing. */
  readonly find: (path: readonly string[]) => Operated | 'none'
}

/** Messages of errors that shapes are the cause of. */
const BY_SHAPE =
  /\bshapes?\b|broadcast|\brank\b|\bdim(?:ension)?s?\b|\bdepth of input\b|\bmust match\b|\baxis\b|\[\d[\d, ]*\]/i

/**
 * `x` is [512, 2] (cell [3], line 1) and `w` is [3, 128] (cell [2], line 4).
 *
 * @param message the error's own.
 * @param frame the innermost of cell code.
 * @returns a sentence; nothing where the error is none of shapes, or no operand is a tensor that is known.
 */
export function shapeNote(message: string, frame: CellFrame, host: ShapeHost): string | undefined {
  if (!BY_SHAPE.test(message)) return undefined
  const site = host.calls(frame).find(({ line, column }) => line === frame.line && column === frame.column)
  if (!site) return undefined
  const operands = site.operands.flatMap((operand) => {
    const found = operand.path ? host.find(operand.path) : undefined
    return found === 'none' ? [] : [{ operand, found }]
  })
  const told = shapesIn(message)
  const parts: string[] = []
  const seen = new Set<string>()
  for (const [index, { operand, found }] of operands.entries()) {
    if (seen.has(operand.text)) continue
    seen.add(operand.text)
    const part = found ? known(operand, found) : deduced(operand, operands, index, told)
    if (part) parts.push(part)
  }
  // Only what is not known is worth no sentence.
  if (!operands.some(({ operand, found }, index) => found || deducible(operand, operands, index, told)))
    return undefined
  return parts.length ? `${listed(parts)}.` : undefined
}

interface Candidate {
  readonly operand: Operand
  readonly found: Operated | undefined
}

function known({ text }: Operand, { shape, where }: Operated): string {
  return `\`${text}\` is ${brackets(shape)}${where ? ` (${where})` : ''}`
}

function deduced(
  operand: Operand,
  operands: readonly Candidate[],
  index: number,
  told: Told,
): string | undefined {
  const shape = deducible(operand, operands, index, told)
  if (shape) return `\`${operand.text}\` is ${brackets(shape)}`
  // Of an expression that is no name, there is nothing to say that the reader does not see.
  return operand.local
    ? `the shape of \`${operand.text}\`, a name of its function or block, is not known here`
    : undefined
}

/** The message's shapes are those of the two operands, in their order, unless one that is known says otherwise. */
function deducible(
  _: Operand,
  operands: readonly Candidate[],
  index: number,
  told: Told,
): readonly number[] | undefined {
  if (operands.length !== 2 || !told) return undefined
  const other = operands[1 - index]!.found
  if (other && brackets(other.shape) !== brackets(told[1 - index]!)) return undefined
  return told[index]
}

type Told = readonly [readonly number[], readonly number[]] | undefined

/** The two shapes that TensorFlow.js's messages give: `with shapes 512,2 and 3,128`. */
function shapesIn(message: string): Told {
  const match = /shapes? \[?(\d[\d, ]*?)\]? and \[?(\d[\d, ]*\d|\d)\]?/.exec(message)
  const numbers = (text: string) => text.split(',').map(Number)
  return match ? [numbers(match[1]!), numbers(match[2]!)] : undefined
}

const brackets = (shape: readonly number[]) => `[${shape.join(', ')}]`

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`
}
