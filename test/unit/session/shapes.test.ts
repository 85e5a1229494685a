/** Errors of shapes name both operands, their shapes and their sources. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Bench, prepare } from './harness'

before(prepare)

const setUp = [
  'const x = tf.zeros([512, 2])\nconst w = tf.zeros([3, 128])',
  'const b = tf.zeros([5])\n\nconst pair = { left: tf.zeros([2, 3]), right: tf.zeros([4, 3]) }\nconst image = tf.zeros([8, 8, 3]) as tf.Tensor3D\nconst filter = tf.zeros([3, 3, 1, 4]) as tf.Tensor4D',
]

async function bench(): Promise<Bench> {
  const made = new Bench()
  for (const [index, source] of setUp.entries()) await made.run(source, `c${index}`)
  return made
}

/** The sentence that is added to the error of a cell. */
async function note(source: string, made?: Bench): Promise<string> {
  const { error } = await (made ?? (await bench())).run(source, 'failing')
  return error.message.slice(error.message.indexOf('\n') + 1)
}

const X = '`x` is [512, 2] (cell [1], line 1)'
const W = '`w` is [3, 128] (cell [1], line 2)'
const B = '`b` is [5] (cell [2], line 1)'

for (const [what, source, expected] of [
  ['matMul as a method', 'x.matMul(w)', `${X} and ${W}.`],
  ['matMul as a function', 'const y = 1\n;tf.matMul(x, w)', `${X} and ${W}.`],
  ['add', 'x.add(b)', `${X} and ${B}.`],
  ['a chain, in whose middle a call fails', 'x.mul(2).add(1)\nx.sub(b).square().mean()', `${X} and ${B}.`],
  ['concat of a list', 'tf.concat([x, w])', `${X} and ${W}.`],
  [
    'concat of properties',
    'tf.concat([pair.left, pair.right], 1)',
    '`pair.left` is [2, 3] (cell [2], line 3) and `pair.right` is [4, 3] (cell [2], line 3).',
  ],
  [
    'conv2d',
    "tf.conv2d(image, filter, 1, 'same')",
    '`image` is [8, 8, 3] (cell [2], line 4) and `filter` is [3, 3, 1, 4] (cell [2], line 5).',
  ],
  ['an operand that is an expression', 'x.matMul(w.mul(2))', `${X} and \`w.mul(2)\` is [3, 128].`],
  [
    'names of the failing cell itself',
    'const z = tf.zeros([7, 7])\nx.matMul(z)',
    `${X} and \`z\` is [7, 7] (cell [3], line 1).`,
  ],
  [
    'a local name whose shape the message tells',
    'function f(h: tf.Tensor) {\n  return h.matMul(w)\n}\nf(tf.zeros([4, 4]))',
    `\`h\` is [4, 4] and ${W}.`,
  ],
  [
    'a local name of which nothing is known',
    'const f = (h: tf.Tensor) => tf.concat([h, x])\nf(tf.zeros([1, 2, 3]))',
    `the shape of \`h\`, a name of its function or block, is not known here and ${X}.`,
  ],
  [
    'a shadowed name is not the session’s',
    '{\n  const x = tf.zeros([9, 9])\n  x.matMul(w)\n}',
    `\`x\` is [9, 9] and ${W}.`,
  ],
  ['after awaiting', 'await Promise.resolve()\nx.matMul(w)', `${X} and ${W}.`],
] as const)
  test(`${what}: ${source.split('\n').at(-1)!}`, async () => {
    assert.equal(await note(source), expected)
  })

test('a name that another cell has assigned since is that cell’s', async () => {
  const made = new Bench()
  await made.run('let m = tf.zeros([2, 2])\nconst v = tf.zeros([2, 1])', 'a')
  await made.run('m = tf.zeros([3, 3])', 'b')
  assert.equal(
    await note('m.matMul(v)', made),
    '`m` is [3, 3] (cell [2]) and `v` is [2, 1] (cell [1], line 2).',
  )
})

test('the runtime’s own objections name what they were given', async () => {
  const made = new Bench()
  await made.run(
    "import { denoiser, mlp, vp, plot, sample, ddim } from 'genbook'\nconst model = denoiser(vp(), mlp({ dim: 2, hidden: [4] }))\nconst three = tf.zeros([10, 3])",
    'a',
  )
  assert.equal(
    await note('model.predict(three, tf.scalar(0.5))', made),
    '`three` is [10, 3] (cell [1], line 3).',
  )
  assert.match(
    await note('await plot.samples(three)', made),
    /`three` is \[10, 3\] \(cell \[1\], line 3\)\.$/,
  )
})

test('errors that shapes have nothing to do with are left alone, and so are those of which nothing is known', async () => {
  const made = await bench()
  for (const source of [
    'x.foo()',
    "throw new RangeError('the shape is wrong')",
    'tf.zeros([2]).add(tf.zeros([3]))',
    'JSON.parse("{")',
  ]) {
    const { error } = await made.run(source)
    assert.doesNotMatch(error.message, /\(cell \[|not known here/, source)
  }
})
