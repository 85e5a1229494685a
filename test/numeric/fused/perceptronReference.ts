/** A training step of a perceptron in double precision, as `fused/training.ts` writes it. */

export interface ExactLayer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Float32Array
  readonly bias: Float32Array
  readonly ofFeatures?: Float32Array
  readonly ofCondition?: Float32Array
}

export interface ExactRows {
  readonly n: number
  readonly x: Float32Array
  readonly target: Float32Array
  /** Of length 0 where there are none. */
  readonly features: Float32Array
  readonly condition: Float32Array
  readonly factor?: Float32Array
  readonly weight?: Float32Array
}

export interface ExactGradients {
  readonly weights: Float64Array
  readonly bias: Float64Array
  readonly ofFeatures: Float64Array
  readonly ofCondition: Float64Array
}

export interface ExactStep {
  readonly loss: number
  /** The sum of the squares of all gradients in parameters. */
  readonly squares: number
  readonly layers: readonly ExactGradients[]
  readonly condition: Float64Array
}

/** The loss and its gradients, row by row. */
export function exactStep(layers: readonly ExactLayer[], rows: ExactRows): ExactStep {
  const { n } = rows
  const [m, k] = [rows.features.length / n, rows.condition.length / n]
  const gradients = layers.map(({ weights, bias, ofFeatures, ofCondition }): ExactGradients => ({
    weights: new Float64Array(weights.length),
    bias: new Float64Array(bias.length),
    ofFeatures: new Float64Array(ofFeatures?.length ?? 0),
    ofCondition: new Float64Array(ofCondition?.length ?? 0),
  }))
  const condition = new Float64Array(rows.condition.length)
  const d = layers[0]!.inputs
  const o = layers.at(-1)!.outputs
  let loss = 0
  for (let i = 0; i < n; i++) {
    const e = Float64Array.from(rows.features.subarray(i * m, (i + 1) * m))
    const c = Float64Array.from(rows.condition.subarray(i * k, (i + 1) * k))
    const entering = [Float64Array.from(rows.x.subarray(i * d, (i + 1) * d))]
    const sums = layers.map((layer, l) => {
      const z = Float64Array.from(layer.bias)
      addProduct(z, entering[l]!, layer.weights)
      if (layer.ofFeatures) addProduct(z, e, layer.ofFeatures)
      if (layer.ofCondition) addProduct(z, c, layer.ofCondition)
      entering.push(z.map((x) => x / (1 + Math.exp(-x))))
      return z
    })
    const [a, w] = [rows.factor?.[i] ?? 1, rows.weight?.[i] ?? 1]
    let delta = sums.at(-1)!.map((f, j) => {
      const error = a * f - rows.target[i * o + j]!
      loss += (w * error ** 2) / (n * o)
      return (2 * w * a * error) / (n * o)
    })
    for (let l = layers.length - 1; l >= 0; l--) {
      const [layer, of] = [layers[l]!, gradients[l]!]
      addOuter(of.weights, entering[l]!, delta)
      addOuter(of.bias, Float64Array.of(1), delta)
      if (layer.ofFeatures) addOuter(of.ofFeatures, e, delta)
      if (layer.ofCondition) {
        addOuter(of.ofCondition, c, delta)
        const back = timesTransposed(delta, layer.ofCondition)
        for (let j = 0; j < k; j++) condition[i * k + j]! += back[j]!
      }
      if (l)
        delta = timesTransposed(delta, layer.weights).map((x, j) => {
          const z = sums[l - 1]![j]!
          const s = 1 / (1 + Math.exp(-z))
          return x * s * (1 + z * (1 - s))
        })
    }
  }
  const squares = gradients
    .flatMap((of) => [of.weights, of.bias, of.ofFeatures, of.ofCondition])
    .reduce((sum, values) => values.reduce((total, x) => total + x * x, sum), 0)
  return { loss, squares, layers: gradients, condition }
}

/** z += x W, for W of z.length columns. */
function addProduct(z: Float64Array, x: Float64Array, w: Float32Array): void {
  for (let r = 0, at = 0; r < x.length; r++) for (let j = 0; j < z.length; j++, at++) z[j]! += x[r]! * w[at]!
}

/** G += x δᵀ. */
function addOuter(gradient: Float64Array, x: Float64Array, delta: Float64Array): void {
  for (let r = 0, at = 0; r < x.length; r++)
    for (let j = 0; j < delta.length; j++, at++) gradient[at]! += x[r]! * delta[j]!
}

/** δ Wᵀ. */
function timesTransposed(delta: Float64Array, w: Float32Array): Float64Array {
  const product = new Float64Array(w.length / delta.length)
  for (let r = 0, at = 0; r < product.length; r++)
    for (let j = 0; j < delta.length; j++, at++) product[r]! += delta[j]! * w[at]!
  return product
}
