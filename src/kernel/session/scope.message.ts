/** Engines quote code in their messages, and what they quote is compiled code; this gives the person's back. */

/** Matched from its first character only: from each of a long word's, the search would take quadratic time. */
const NAME = String.raw`(?<![\p{ID_Continue}$\u200c\u200d])[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*?`

/** `name$0.value`, as every use of a session or global name is compiled. */
const BINDING = String.raw`(${NAME})\$\d+\.(?:value|initial)(?![\p{ID_Continue}$])`

/** `(0 , name$0.value)`, as V8 writes a compiled call. */
const CALLED = new RegExp(String.raw`\(0 ?, ${BINDING}\)`, 'gu')
const READ = new RegExp(BINDING, 'gu')

/** `$0.resumed(...)` and the like: what `await` and closures are wrapped in. */
const RUNTIME = /(?<![\p{ID_Continue}$])\$\d+\.(?:resumed|opaque|caught|module)\((?:\.\.\.)?\)/gu

/** A message of the engine's in the words of the cell: `f is not a function`, not `(0 , f$0.value) is not a function`. */
export function plainMessage(message: string): string {
  return message.replace(CALLED, '$1').replace(READ, '$1').replace(RUNTIME, '(intermediate value)')
}
