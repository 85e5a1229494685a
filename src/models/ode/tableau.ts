/**
 * Explicit Runge–Kutta methods: with slopes k_i = f(x + h Σ_j a_ij k_j, t + c_i h),
 *
 *   x(t + h) ≈ x + h Σ_i b_i k_i.
 *
 * The fifth-order method of Dormand and Prince has a second row of weights of order four; the difference e = b − b̂
 * estimates the error of a step. Its last slope is the first of the next step.
 *
 * Dormand and Prince, "A family of embedded Runge–Kutta formulae", 1980, https://doi.org/10.1016/0771-050X(80)90013-3
 */

export interface Tableau {
  readonly name: string
  readonly order: number
  readonly c: readonly number[]
  readonly a: readonly (readonly number[])[]
  readonly b: readonly number[]
}

/** A method that estimates its own error. */
export interface EmbeddedTableau extends Tableau {
  /** b − b̂. */
  readonly e: readonly number[]
}

const euler: Tableau = { name: 'Euler', order: 1, c: [0], a: [[]], b: [1] }
const heun: Tableau = { name: 'Heun', order: 2, c: [0, 1], a: [[], [1]], b: [0.5, 0.5] }
const rk4: Tableau = {
  name: 'RK4',
  order: 4,
  c: [0, 0.5, 0.5, 1],
  a: [[], [0.5], [0, 0.5], [0, 0, 1]],
  b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
}

export const dormandPrince: EmbeddedTableau = {
  name: 'RK45',
  order: 5,
  c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
  a: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ],
  b: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0],
  e: [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40],
}

/** Methods for fixed steps, by name. */
export const tableaux = { euler, heun, rk4, rk45: dormandPrince } as const
export type Method = keyof typeof tableaux

/** @throws RangeError for a name that is none of them. */
export function tableau(method: Method, caller: string): Tableau {
  const found = Object.hasOwn(tableaux, method) ? tableaux[method] : undefined
  if (!found)
    throw new RangeError(
      `${caller}: method must be one of ${Object.keys(tableaux).join(', ')}, but is ${String(method)}`,
    )
  return found
}
