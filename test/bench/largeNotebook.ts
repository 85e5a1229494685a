/** A notebook of about `bytes` bytes: code, text and figures in the proportions of a long lecture's. */
export function largeNotebook(bytes: number): string {
  const cells: object[] = []
  let size = 0
  for (let i = 0; size < bytes; i++) {
    const markdown = i % 3 === 0
    const source = markdown
      ? [`## Step ${i}\n`, 'Text. '.repeat(60)]
      : [`const value${i} = ${i}\n`, `value${i}`]
    const numbers = Array.from({ length: 4000 }, (_, k) => Math.round(1e6 * Math.sin(k * (i + 1))) / 1e6)
    const figure = { data: [{ type: 'scatter', mode: 'markers', x: numbers, y: numbers }], layout: {} }
    const cell = markdown
      ? { cell_type: 'markdown', id: `cell-${i}`, metadata: {}, source }
      : {
          cell_type: 'code',
          id: `cell-${i}`,
          metadata: {},
          execution_count: i,
          source,
          outputs: [
            {
              output_type: 'display_data',
              metadata: {},
              data: { 'application/vnd.plotly.v1+json': figure, 'text/plain': ['a figure'] },
            },
          ],
        }
    size += JSON.stringify(cell).length
    cells.push(cell)
  }
  const metadata = { kernelspec: { name: 'genbook', display_name: 'Genbook', language: 'typescript' } }
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 })
}
