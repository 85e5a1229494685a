/** The same work in jax-js, another runtime in JavaScript that makes WebAssembly of its own; undefined where it is not installed. */
import type * as jaxJs from '@jax-js/jax'
import { glow, unet } from './jaxPictures'
import { timed, type Contestant } from './race'

export type Jax = typeof jaxJs
export type Values = jaxJs.Array
export type Params = Record<string, Values>

const WIDTHS = [18, 128, 128, 128, 2]

export interface JaxJs {
  readonly version: string
  contestant(what: keyof typeof WORKS, count: number): Contestant
}

export async function startJax(): Promise<JaxJs | undefined> {
  let jax: Jax
  try {
    jax = await import('@jax-js/jax')
  } catch {
    return undefined
  }
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  return {
    version: 'jax-js 0.1.25',
    contestant: (what, count) => {
      let step: (() => Promise<unknown>) | undefined
      return {
        name: 'jax-js',
        rival: 'jax-js',
        burst: () => timed((step ??= WORKS[what](jax)), count),
      }
    },
  }
}

export function parameters({ random, numpy }: Jax, widths: readonly number[]): Params {
  const params: Params = {}
  for (let i = 0; i + 1 < widths.length; i++) {
    const [inputs, outputs] = [widths[i]!, widths[i + 1]!]
    params[`W${i}`] = random.normal(random.key(i), [inputs, outputs]).mul(1.6 / Math.sqrt(inputs))
    params[`b${i}`] = numpy.zeros([outputs])
  }
  return params
}

/** Takes the ownership of `params` and `x`, as jax-js has it. */
export function network({ numpy, nn }: Jax, params: Params, x: Values): Values {
  const last = Object.keys(params).length / 2 - 1
  let h = x
  for (let i = 0; i <= last; i++) {
    h = numpy.matmul(h, params[`W${i}`]!).add(params[`b${i}`]!)
    if (i < last) h = nn.silu(h)
  }
  return h
}

/** Adam on the parameters of a loss, all in one compiled function. @param drawn what the loss takes besides, made anew each step. */
export function trained(
  jax: Jax,
  fresh: Params,
  loss: (params: Params, ...inputs: Values[]) => Values,
  inputs: () => Values[],
): () => Promise<unknown> {
  const { numpy: np, tree, jit, valueAndGrad, blockUntilReady } = jax
  const step = jit((p: Params, m: Params, v: Params, size: Values, correction: Values, ...rest: Values[]) => {
    const [value, gradients] = valueAndGrad(loss)(tree.ref(p), ...rest)
    const next: [Params, Params, Params] = [{}, {}, {}]
    for (const name of Object.keys(p)) {
      const g = gradients[name]!
      const first = m[name]!.mul(0.9).add(g.ref.mul(0.1))
      const second = v[name]!.mul(0.999).add(np.square(g).mul(0.001))
      next[1][name] = first.ref
      next[2][name] = second.ref
      next[0][name] = p[name]!.sub(first.mul(size.ref).div(np.sqrt(second.mul(correction.ref)).add(1e-8)))
    }
    size.dispose()
    correction.dispose()
    return [...next, value] as const
  })
  let p = fresh
  const zeros = (): Params =>
    Object.fromEntries(Object.entries(p).map(([name, value]) => [name, np.zerosLike(value.ref)]))
  let [m, v] = [zeros(), zeros()]
  let steps = 0
  return async () => {
    steps++
    const rates = [1e-3 / (1 - 0.9 ** steps), 1 / (1 - 0.999 ** steps)].map((rate) => np.array(rate))
    const [next, first, second, value] = step(p, m, v, rates[0]!, rates[1]!, ...inputs())
    ;[p, m, v] = [next, first, second]
    await value.data()
    await blockUntilReady(p)
  }
}

function train(jax: Jax): () => Promise<unknown> {
  const { random, numpy: np } = jax
  const [x, y] = [random.normal(random.key(10), [512, 18]), random.normal(random.key(11), [512, 2])]
  const loss = (params: Params, x: Values, y: Values) => np.mean(np.square(network(jax, params, x).sub(y)))
  return trained(jax, parameters(jax, WIDTHS), loss, () => [x.ref, y.ref])
}

/** x ← 0.999 x − 0.01 F(x, features) + 0.01 z, or without noise. */
function walking(jax: Jax, noisy: boolean): () => Promise<unknown> {
  const { random, numpy: np, tree, jit, blockUntilReady } = jax
  const n = 4096
  const params = parameters(jax, WIDTHS)
  const features = np.tile(random.normal(random.key(12), [1, 16]), [n, 1])
  const step = jit((params: Params, x: Values, features: Values, key: Values) => {
    const noise = network(jax, params, np.concatenate([x.ref, features], 1))
    const next = x.mul(0.999).sub(noise.mul(0.01))
    if (noisy) return next.add(random.normal(key, [n, 2]).mul(0.01))
    key.dispose()
    return next
  })
  let x = random.normal(random.key(13), [n, 2])
  let steps = 100
  return async () => {
    x = step(tree.ref(params), x, features.ref, random.key(++steps))
    await blockUntilReady(x)
  }
}

const reverse = (jax: Jax) => walking(jax, true)

function ddim(jax: Jax): () => Promise<unknown> {
  const step = walking(jax, false)
  return async () => {
    for (let i = 0; i < 50; i++) await step()
  }
}

/** Sliced score matching with reduced variance, forwards along v and then backwards. */
function sliced(jax: Jax): () => Promise<unknown> {
  const { random, numpy: np, jvp, tree } = jax
  const x = random.normal(random.key(10), [512, 2])
  const loss = (params: Params, x: Values, v: Values) => {
    const [score, along] = jvp((at: Values) => network(jax, tree.ref(params), at), [x], [v.ref])
    const total = np
      .sum(along.mul(v))
      .add(np.sum(np.square(score)).mul(0.5))
      .div(512)
    tree.dispose(params)
    return total
  }
  let steps = 100
  const vectors = () => random.rademacher(random.key(++steps), { shape: [512, 2], dtype: np.float32 })
  return trained(jax, parameters(jax, [2, 128, 128, 128, 2]), loss, () => [x.ref, vectors()])
}

/** The divergence by one vector for each state, along ten steps of the classical Runge–Kutta method. */
function likelihood(jax: Jax): () => Promise<unknown> {
  const { random, numpy: np, tree, jit, vjp, blockUntilReady } = jax
  const n = 512
  const params = parameters(jax, WIDTHS)
  const features = np.tile(random.normal(random.key(12), [1, 16]), [n, 1])
  const start = random.normal(random.key(13), [n, 2])
  const v = random.rademacher(random.key(14), { shape: [n, 2], dtype: np.float32 })
  const slope = jit((params: Params, x: Values, features: Values, v: Values) => {
    const [velocity, back] = vjp(
      (at: Values) => at.ref.mul(-0.5).add(network(jax, params, np.concatenate([at, features], 1)).mul(0.5)),
      [x],
    )
    const [gradient] = back(v.ref)
    return [velocity, np.sum(gradient.mul(v), 1)] as [Values, Values]
  })
  const at = (x: Values) => slope(tree.ref(params), x, features.ref, v.ref)
  const h = 0.1
  return async () => {
    let [x, change] = [start.ref, np.zeros([n])]
    for (let i = 0; i < 10; i++) {
      const [k1, l1] = at(x.ref)
      const [k2, l2] = at(x.ref.add(k1.ref.mul(h / 2)))
      const [k3, l3] = at(x.ref.add(k2.ref.mul(h / 2)))
      const [k4, l4] = at(x.ref.add(k3.ref.mul(h)))
      x = x.add(
        k1
          .add(k2.mul(2))
          .add(k3.mul(2))
          .add(k4)
          .mul(h / 6),
      )
      change = change.add(
        l1
          .add(l2.mul(2))
          .add(l3.mul(2))
          .add(l4)
          .mul(h / 6),
      )
    }
    await blockUntilReady([x, change])
    x.dispose()
    change.dispose()
  }
}

const WORKS = { train, reverse, ddim, sliced, likelihood, glow, unet }
