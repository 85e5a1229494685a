/** Links to cells, readable diffs, and what agents may do. */
import assert from 'node:assert/strict'
import { scenario, until } from './harness'

const everywhere = { hosts: ['server', 'web'] } as const

scenario(
  'agents read a notebook and a variable, run a cell, and are told what they name wrongly',
  async ({ code, notebook }) => {
    const book = await notebook([
      '%md # Numbers',
      'const xs = tf.tensor2d([[1, 2], [3, 4]])',
      'console.log("sum", xs.sum().arraySync())',
      'missing',
    ])
    const invoke = (name: string, input: Record<string, string>) =>
      code.evaluate(
        async (vscode, name, input) => {
          try {
            const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined })
            return result.content.map((part) => (part as { value?: string }).value ?? '').join('')
          } catch (error) {
            return `threw: ${(error as Error).message}`
          }
        },
        name,
        input,
      )
    assert.match(await invoke('genbook_read_variable', { name: 'xs' }), /threw: .*No cell has run yet/)
    await book.runCell(1)
    const agreed = async (input: Record<string, string>): Promise<string> => {
      const invoked = invoke('genbook_run_cell', input)
      await code.answerDialog('Yes')
      return invoked
    }
    assert.match(await agreed({ cell: 'cell-2' }), /^The cell ran\.\nsum 10/)
    assert.match(
      await agreed({ cell: 'cell-3' }),
      /^The cell failed\.\n[^]*ReferenceError: missing is not defined/,
    )
    const read = await invoke('genbook_read_notebook', {})
    assert.match(read, /## cell cell-0 \(markdown\)\n# Numbers/)
    assert.match(read, /## cell cell-2 \(code, run as \[2\]\)[^]*### outputs\nsum 10/)
    const variable = await invoke('genbook_read_variable', { name: 'xs' })
    assert.match(variable, /shape \[2, 2\], float32/)
    assert.match(variable, /set by cell cell-1, run as \[1\]/)
    assert.match(
      await invoke('genbook_run_cell', { cell: 'nine' }),
      /threw: .*no cell "nine".*cell-0, cell-1/,
    )
    assert.match(
      await invoke('genbook_read_notebook', { notebook: 'other.genbook' }),
      /threw: .*other\.genbook is not open\. Open genbooks: .*test\.genbook/,
    )
  },
  everywhere,
)

scenario('a link to a cell is copied, and names file and cell', async ({ code, folder, notebook }) => {
  const book = await notebook(['1', '2'])
  await book.select(1)
  await code.command('Genbook: Copy Link to Cell')
  const link = await until('the link in the clipboard', () =>
    code.evaluate(async (vscode) => {
      const text = await vscode.env.clipboard.readText()
      return text.includes('cell-1') && text
    }),
  )
  assert.match(link, /^[\w-]+:\/\/genbook\.genbook\/cell\?/)
  const query = new URLSearchParams(decodeURIComponent(link.split('?').pop()!))
  assert.equal(query.get('notebook'), `${folder}/test.genbook`)
  assert.equal(query.get('cell'), 'cell-1')
})

scenario('diffs are set up once, whatever stands in the files already', async ({ code, notebook }) => {
  await code.writeFile('.gitattributes', '*.png binary')
  await notebook(['1'])
  for (let time = 1; time <= 2; time++) {
    await code.command('Genbook: Set Up Readable Diffs')
    await code.waitForNotification('now leave out outputs')
    await code.dismissNotifications()
  }
  assert.equal(await code.readFile('.gitattributes'), '*.png binary\n*.genbook diff=genbook\n')
  const settings = await code.evaluate((vscode) => {
    const { workspaceValue: outputs } = vscode.workspace
      .getConfiguration()
      .inspect('notebook.diff.ignoreOutputs')!
    const { workspaceValue: metadata } = vscode.workspace
      .getConfiguration()
      .inspect('notebook.diff.ignoreMetadata')!
    return [outputs, metadata]
  })
  assert.deepEqual(settings, [true, true])
})
