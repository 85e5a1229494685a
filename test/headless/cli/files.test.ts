/** Data of one's own: files beside the notebook, read by its cells. */
import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { encodePng } from '../../numeric/data/encodePng'
import { Folder } from './genbook'

/** Runs cells in a folder `work` with these files; links are made by hand. @returns what each cell printed, or its error. */
async function ran(
  t: TestContext,
  files: Readonly<Record<string, string | Uint8Array>>,
  cells: readonly string[],
  prepare = async (_folder: string) => {},
): Promise<string[]> {
  const folder = await Folder.create(t)
  await mkdir(join(folder.path, 'work'))
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, 'work', name)), { recursive: true })
    await writeFile(join(folder.path, 'work', name), bytes)
  }
  await prepare(folder.path)
  await folder.notebook('work/a.genbook', cells)
  // From another folder than the notebook's: paths are from where the notebook lies.
  await folder.genbook(['run', 'work/a.genbook', '--backend', 'cpu', '--out', 'done'])
  const { cells: done } = await folder.readNotebook('done/a.genbook')
  return done.map(
    ({ outputs: [first] }) => first?.text?.join('').trim() ?? `${first?.ename}: ${first?.evalue}`,
  )
}

/** Zeros as bytes, in NumPy's format 1.0. */
function npy(shape: readonly number[]): Uint8Array {
  const header =
    `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117) + '\n'
  const start = [0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0, ...Buffer.from(header)]
  return Uint8Array.of(...start, ...new Uint8Array(shape.reduce((a, b) => a * b)))
}

const square = (value: number) =>
  encodePng(2, 2, 8, 0, [
    [value, value],
    [value, value],
  ])

test('pictures in folders, MNIST’s and CIFAR’s files and tables are read by their names', async (t) => {
  const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 255, 0)
  const texts = await ran(
    t,
    {
      'pets/cats/1.png': square(10),
      'pets/dogs/2.png': square(20),
      'pets/dogs/notes.txt': 'no picture',
      'mnist/images.gz': gzipSync(idx),
      'mnist/labels': Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 1),
      'cifar.bin': Uint8Array.of(7, ...new Uint8Array(3072)),
      'set.npz': zipSync({ 'images.npy': npy([4, 2, 3]), 'labels.npy': npy([4]) }),
      'points.csv': 'x,y\n1,2\n3,4\n',
    },
    [
      "import { data, readFile, readFolder, readText } from 'genbook'\n" +
        "const pets = data.png(await readFolder('pets', { ending: '.png' }))\n" +
        'console.log(pets.classes.join(), [...pets.labels].join(), pets.bytes.join())',
      "import { idx } from 'genbook/data'\n" +
        "const mnist = idx(await readFile('mnist/images.gz'), await readFile('./mnist/labels'))\n" +
        'console.log(mnist.shape.join(), [...mnist.labels].join(), mnist.bytes.join())',
      "const cifar = data.cifar(await readFile('cifar.bin'))\nconsole.log(cifar.classes[cifar.labels[0]!])",
      "console.log(data.csv(await readText('points.csv')).shape.join())",
      "const { images, labels } = data.npz(await readFile('set.npz'))\n" +
        'const { train, test } = data.split(data.images(images!, { labels: labels!.values }), { test: 0.25 })\n' +
        'console.log(train.size, test.size, train.shape.join())',
    ],
  )
  assert.deepEqual(texts, [
    'cats,dogs 0,1 10,10,10,10,20,20,20,20',
    '1,2,1 3,1 0,255,255,0',
    'horse',
    '2',
    '3 1 2,3,1',
  ])
})

test('only what lies in the notebook’s folder is read, and links within it', async (t) => {
  const link = async (folder: string) => {
    await writeFile(join(folder, 'secret.txt'), 'secret')
    await symlink(join(folder, 'work'), join(folder, 'work/loop'))
    await symlink(join(folder, 'work/a.txt'), join(folder, 'work/b.txt'))
    await symlink(join(folder, 'nowhere'), join(folder, 'work/c.txt'))
  }
  const texts = await ran(
    t,
    { 'a.txt': 'here' },
    [
      "import { readFile, readFolder, readText } from 'genbook'\nawait readText('../secret.txt')",
      "await readFile('/etc/passwd')",
      "await readFile('gone.bin')",
      "console.log(Object.keys(await readFolder('.', { ending: '.txt' })).join(), await readText('b.txt'))",
    ],
    link,
  )
  assert.match(
    texts[0]!,
    /^FileError: readText: '\.\.\/secret\.txt' cannot be read: a path leads from the notebook’s folder into it/,
  )
  assert.match(texts[1]!, /^FileError: readFile: '\/etc\/passwd' cannot be read/)
  assert.equal(
    texts[2],
    "FileError: readFile: 'gone.bin' cannot be read: there is no such file in the notebook’s folder.",
  )
  assert.equal(texts[3], 'a.txt,b.txt here')
})
