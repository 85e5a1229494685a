/** Random relabellings without TensorFlow.js, which the grader does not load. */
import { philox } from '../../tensor/random/philox'

/** Permutations of 0, …, n − 1 (Fisher and Yates), the same for the same name. */
export function philoxPermutations(name: string): { permutation(n: number): Int32Array } {
  let key = 0x811c9dc5
  for (const character of name) key = Math.imul(key ^ character.charCodeAt(0), 0x01000193)
  let position = 0
  return {
    permutation(n) {
      const words = new Uint32Array(4 * Math.ceil(n / 4))
      for (let at = 0; at < words.length; at += 4) philox([key, 0], [position++, 0, 0, 0], words, at)
      const order = Int32Array.from({ length: n }, (_, i) => i)
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor((words[i]! / 2 ** 32) * (i + 1))
        const swapped = order[i]!
        order[i] = order[j]!
        order[j] = swapped
      }
      return order
    },
  }
}
