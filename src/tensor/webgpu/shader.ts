/** What a compute shader of ours is: a name, named buffers and numbers, and WGSL that uses them. */

/** How a shader uses a buffer, and what it is an array of; `f32` where that is not said. */
export type BufferUse = 'read' | 'write' | `${'read' | 'write'} ${'u32' | 'i32' | 'vec4f' | 'vec4u'}`

type Uses = Readonly<Record<string, BufferUse>>
type Numbers = Readonly<Record<string, 'u32' | 'i32' | 'f32'>>

export interface Shader<B extends Uses = Uses, P extends Numbers = Numbers> {
  /** Unique: its pipeline is kept by it. */
  readonly name: string
  /** Bound in this order. */
  readonly buffers: B
  /** Fields of the uniform `params`, bound last. */
  readonly params: P
  /** The whole text. */
  readonly code: string
}

/**
 * @param code WGSL with an entry point `main`. Buffers are in scope by their names, as arrays; numbers as `params.name`.
 * @param enables a feature that the device must have been opened with.
 */
export function shader<const B extends Uses, const P extends Numbers>(
  name: string,
  buffers: B,
  params: P,
  code: string,
  enables?: 'subgroups',
): Shader<B, P> {
  const names = Object.entries<BufferUse>(buffers)
  const declared = names.map(([buffer, use], i) => {
    const [access, element = 'f32'] = use.split(' ')
    const mode = access === 'read' ? 'read' : 'read_write'
    return `@group(0) @binding(${i}) var<storage, ${mode}> ${buffer}: array<${element}>;`
  })
  const fields = Object.entries<string>(params).map(([field, type]) => `${field}: ${type},`)
  const uniform = fields.length
    ? [
        `struct Params { ${fields.join(' ')} }`,
        `@group(0) @binding(${names.length}) var<uniform> params: Params;`,
      ]
    : []
  const asked = enables ? [`enable ${enables};`] : []
  return { name, buffers, params, code: [...asked, ...declared, ...uniform, code].join('\n') }
}

/** The bytes of `params`, padded to the 16 that uniforms come in. */
export function packed(types: Numbers, values: Readonly<Record<string, number>>): ArrayBuffer {
  const names = Object.entries(types)
  const bytes = new ArrayBuffer(16 * Math.ceil(names.length / 4))
  const view = new DataView(bytes)
  for (const [i, [name, type]] of names.entries()) {
    const value = values[name]!
    if (type === 'f32') view.setFloat32(4 * i, value, true)
    else if (type === 'u32') view.setUint32(4 * i, value, true)
    else view.setInt32(4 * i, value, true)
  }
  return bytes
}
