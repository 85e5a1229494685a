import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KernelClient, type Transport } from '../../../src/kernel/client'
import { answerFiles, insidePath, type NotebookFolder } from '../../../src/kernel/files'
import { FileError, readFile, readFolder, readText, setFileSource } from '../../../src/kernel/library/files'
import type { DriverMessage, FilesRead, KernelMessage } from '../../../src/kernel/protocol'
import { FileRequests } from '../../../src/kernel/session/files'

/** A folder in memory; what is read of it is remembered. */
function folderOf(files: Readonly<Record<string, string>>): NotebookFolder & { readonly asked: string[] } {
  const asked: string[] = []
  const fail = (code: string) => Object.assign(new Error(`${code}: somewhere secret`), { code })
  return {
    asked,
    read(path) {
      asked.push(path)
      const text = files[path]
      if (text !== undefined) return Promise.resolve(new TextEncoder().encode(text))
      const folder = Object.keys(files).some((name) => name.startsWith(`${path}/`))
      return Promise.reject(fail(folder ? 'EISDIR' : 'ENOENT'))
    },
    entries(path) {
      const within = Object.keys(files)
        .filter((name) => !path || name.startsWith(`${path}/`))
        .map((name) => (path ? name.slice(path.length + 1) : name))
      if (!within.length) return Promise.reject(fail(files[path] === undefined ? 'ENOENT' : 'ENOTDIR'))
      const names = new Set(within.map((name) => name.split('/')[0]!))
      const kind = (name: string) => (within.includes(name) ? ('file' as const) : ('folder' as const))
      return Promise.resolve([...names].map((name) => ({ name, kind: kind(name) })))
    },
  }
}

/** Library code and driver, with a kernel's messages between them. */
function connected(t: { after(end: () => void): void }, folder: NotebookFolder | undefined) {
  const requests = new FileRequests(({ request, wants, path }) => {
    void answerFiles(folder, wants, path).then((answer) =>
      requests.answer({ type: 'filesRead', request, ...answer }),
    )
  })
  setFileSource(requests)
  t.after(() => setFileSource(undefined))
}

test('a path stays in the folder', () => {
  const inside = {
    'a.csv': 'a.csv',
    './a/b.png': 'a/b.png',
    '.': '',
    'a//b/': 'a/b',
    'a/..b': 'a/..b',
    'é ü/%2e%2e': 'é ü/%2e%2e',
  }
  for (const [path, expected] of Object.entries(inside)) assert.equal(insidePath(path), expected)
  const outside = [
    '..',
    'a/../../b',
    '/etc/passwd',
    'a\\..\\b',
    'C:/x',
    'c:x',
    'file:///etc/passwd',
    'vscode-vfs://x',
    'a\0b',
    '../a.csv',
  ]
  for (const path of outside) assert.equal(insidePath(path), undefined, path)
})

test('files, texts and folders of files, by their paths from there', async (t) => {
  const folder = folderOf({
    'a.csv': 'x,y\n1,2\n',
    'pets/cats/2.PNG': 'two',
    'pets/cats/1.png': 'one',
    'pets/notes.txt': 'no',
    'pets/.git/x.png': 'hidden',
  })
  connected(t, folder)
  assert.deepEqual([...(await readFile('a.csv'))], [...Buffer.from('x,y\n1,2\n')])
  assert.equal(await readText('./a.csv'), 'x,y\n1,2\n')
  const pets = await readFolder('pets', { ending: '.png' })
  assert.deepEqual(Object.keys(pets), ['cats/1.png', 'cats/2.PNG'])
  assert.equal(new TextDecoder().decode(pets['cats/2.PNG']), 'two')
  assert.deepEqual(Object.keys(await readFolder('.')), [
    'a.csv',
    'pets/cats/1.png',
    'pets/cats/2.PNG',
    'pets/notes.txt',
  ])
})

test('errors name the file and say what to do', async (t) => {
  const folder = folderOf({ 'a.csv': '1', 'pets/1.png': 'one', 'latin.txt': 'x' })
  const latin: NotebookFolder = {
    ...folder,
    read: (path) => (path === 'latin.txt' ? Promise.resolve(Uint8Array.of(0xe9)) : folder.read(path)),
  }
  connected(t, latin)
  const rejects = (promise: Promise<unknown>, message: string) =>
    assert.rejects(promise, (error) => error instanceof FileError && error.message === message)
  await rejects(
    readFile('b.csv'),
    `readFile: 'b.csv' cannot be read: there is no such file in the notebook’s folder.`,
  )
  await rejects(readFile('pets'), `readFile: 'pets' cannot be read: it is a folder, for readFolder.`)
  await rejects(readFolder('a.csv'), `readFolder: 'a.csv' cannot be read: it is no folder.`)
  await rejects(
    readFolder('pets', { ending: '.jpg' }),
    `readFolder: there is no file ending with '.jpg' in 'pets'.`,
  )
  await rejects(readText('latin.txt'), `readText: 'latin.txt' is no text in UTF-8; readFile reads its bytes.`)
  const out = 'a path leads from the notebook’s folder into it, such as "images/train.idx", never out of it'
  await rejects(readFile('../a.csv'), `readFile: '../a.csv' cannot be read: ${out}.`)
  assert.ok(!folder.asked.some((path) => path.includes('..')))
  await assert.rejects(
    readFile(3 as never),
    /readFile: the first argument is a path, such as "data\/points.csv"; not 3/,
  )
  connected(t, undefined)
  await rejects(
    readFile('a.csv'),
    `readFile: 'a.csv' cannot be read: this session has no folder, as where notebooks are graded.`,
  )
  setFileSource(undefined)
  await rejects(readFile('a.csv'), `readFile works in a notebook's session; here nobody could read files.`)
})

test('a driver answers its kernel with what lies in the folder', async () => {
  const answers: FilesRead[] = []
  let say: (message: KernelMessage) => void = () => {}
  const { promise: answered, resolve } = Promise.withResolvers<void>()
  const transport: Transport = {
    post(message: DriverMessage) {
      if (message.type === 'filesRead' && answers.push(message) === 3) resolve()
    },
    onMessage: (listener) => void (say = listener),
    onExit: () => {},
    terminate: () => {},
  }
  const client = new KernelClient(transport)
  void client.start({ seed: 1, backend: 'cpu', wasm: {}, files: folderOf({ 'a/b.txt': 'x' }) })
  say({ type: 'ready', protocol: 3, device: { backend: 'cpu', name: 'JavaScript', software: false } })
  say({ type: 'readFiles', request: 1, wants: 'bytes', path: 'a/b.txt' })
  say({ type: 'readFiles', request: 2, wants: 'paths', path: 'a' })
  say({ type: 'readFiles', request: 3, wants: 'bytes', path: '/etc/passwd' })
  await answered
  const of = (request: number) => answers.find((answer) => answer.request === request)
  assert.deepEqual(of(1)?.bytes, new TextEncoder().encode('x'))
  assert.deepEqual(of(2)?.paths, ['b.txt'])
  assert.match(of(3)?.reason ?? '', /never out of it/)
  client.terminate()
})
