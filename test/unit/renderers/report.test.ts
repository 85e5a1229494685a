import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from '../../property'
import { lossFigure, figureBundle } from '../../../src/renderers/figures'
import { controlsBundle } from '../../../src/renderers/controls/specification'
import { ansiToHtml } from '../../../src/renderers/report/ansi'
import { renderReport, type ReportCell } from '../../../src/renderers/report'
import { highlight } from '../../../src/renderers/report/highlight'
import { embedJson, embedScript, escapeHtml } from '../../../src/renderers/report/html'
import { markdownToHtml } from '../../../src/renderers/report/markdown'
import { sha256 } from '../../../src/renderers/report/sha256'

const code = (output: Record<string, unknown>): ReportCell => ({
  cell_type: 'code',
  source: 'x',
  execution_count: 1,
  outputs: [{ output_type: 'display_data', data: output }],
})
/** The body of a report of one cell. */
const body = (cell: ReportCell, scripts?: string) => {
  const html = renderReport({ title: 't', cells: [cell], ...(scripts === undefined ? {} : { scripts }) })
  return html.slice(html.indexOf('<main>'))
}
/** The text that a browser shows for HTML without entities beyond our own. */
const shown = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]!,
    )

void describe('SHA-256', () => {
  test('is the one that Node computes, at every length around a block and for any text', () => {
    const expected = (text: string) => createHash('sha256').update(text).digest('base64')
    for (let length = 0; length < 200; length++)
      assert.equal(sha256('a'.repeat(length)), expected('a'.repeat(length)))
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        (text) => sha256(text) === expected(text.toWellFormed()),
      ),
    )
  })
})

void describe('embedding', () => {
  test('JSON holds nothing that ends a script or starts a comment, and is still the same JSON', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('</script>', '<!--', '-->', '\u2028', '<SCRIPT'),
        (value, nasty) => {
          const text = embedJson({ value, [nasty]: nasty })
          assert.doesNotMatch(text, /[<>\u2028\u2029]/)
          assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify({ value, [nasty]: nasty })))
        },
      ),
    )
  })

  test('a program means the same afterwards', () => {
    const program = 'const a = "</script>" + "<!--" + "</SCRIPT >"\r\nreturn a'
    const embedded = embedScript(program)
    assert.doesNotMatch(embedded, /<\/script|<!--|\r/i)
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running it is the test.
    const run = new Function(embedded) as () => string
    assert.equal(run(), '</script><!--</SCRIPT >')
  })
})

void describe('highlighting', () => {
  test('changes no character, whatever the source', () => {
    const piece = fc.constantFrom(
      '/*',
      '*/',
      '//',
      '\n',
      '`',
      '${',
      '}',
      '"',
      "'",
      '\\',
      '<',
      '&',
      'const',
      '0x1f',
      '1.5e3',
      'é',
      '/',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
        assert.equal(shown(highlight(pieces.join(''))), pieces.join(''))
      }),
    )
  })

  test('colours comments, strings, numbers and keywords', () => {
    const html = highlight('const a1 = `x ${1}` // const\nf("</pre>", 0x1F, 1_000.5e-3n)')
    const kinds = [...html.matchAll(/<span class="(\w+)">(.*?)<\/span>/g)].map(
      ([, kind, text]) => `${kind}: ${text}`,
    )
    assert.deepEqual(kinds, [
      'keyword: const',
      'string: `x ${1}`',
      'comment: // const',
      'string: &quot;&lt;/pre&gt;&quot;',
      'number: 0x1F',
      'number: 1_000.5e-3n',
    ])
  })
})

void describe('terminal output', () => {
  test('keeps colours and drops everything else that terminals obey', () => {
    assert.equal(
      ansiToHtml(
        '\x1b[1;31mbad <b>\x1b[0m \x1b]8;;http://example.org\x07link\x1b]8;;\x07\x1b[2J\x1b[?25l\x07 \x1b[38m',
      ),
      '<span class="ansi-bold ansi-31">bad &lt;b&gt;</span> link ',
    )
  })

  test('a line that was written over shows what it ended with', () => {
    assert.equal(ansiToHtml('1%\r50%\r100%\nnext\r\nlast\r'), '100%\nnext\nlast')
  })
})

void describe('Markdown', () => {
  test('reads formulas, and leaves prices and code alone', () => {
    assert.match(
      markdownToHtml('Let $x_t$ be'),
      /<math.*<annotation encoding="application\/x-tex">x_t<\/annotation>/s,
    )
    assert.match(markdownToHtml('$$\n\\sigma^2\n$$'), /<math[^>]* display="block"/)
    assert.match(markdownToHtml('so $$a$$ is'), /display="block"/)
    for (const plain of ['it costs $5 and $10', '`$x$`', 'a \\$x\\$ b', '$ x $', 'only $one'])
      assert.doesNotMatch(markdownToHtml(plain), /<math/, plain)
  })

  test('a formula that cannot be read is shown as written', () => {
    assert.match(
      markdownToHtml('$\\frac{1$'),
      /<code class="bad-formula" title="KaTeX parse error[^"]*">\\frac\{1<\/code>/,
    )
  })

  test('pictures come from attachments and from the text itself, never from elsewhere', () => {
    const attachments = { 'a b.png': { 'image/png': ['iVBO\n', 'Rw=='] } }
    assert.match(
      markdownToHtml('![dot](attachment:a%20b.png)', attachments),
      /<img src="data:image\/png;base64,iVBORw==" alt="dot">/,
    )
    assert.match(markdownToHtml('![x](data:image/png;base64,AAAA)'), /<img src="data:image\/png;base64,AAAA"/)
    for (const source of ['https://example.org/a.png', '//example.org/a.png', 'attachment:gone.png', 'a.png'])
      assert.match(
        markdownToHtml(`![what](${source})`, attachments),
        /\[picture not included: what\]/,
        source,
      )
  })

  test('lets no HTML and no script address through', () => {
    const html = markdownToHtml(
      '<script>1</script> <img src=x onerror=1>\n\n[a](javascript:alert) ![b](javascript:x) $\\href{javascript:1}{a}$',
    )
    assert.doesNotMatch(html, /<script|<img|href=/)
  })
})

void describe('a report', () => {
  test('shows the richest form of each output', () => {
    const png = 'iVBORw0KGgo='
    assert.match(
      body(code({ 'image/png': png, 'text/plain': 'a "dot"' })),
      /<img src="data:image\/png;base64,iVBORw0KGgo=" alt="a &quot;dot&quot;">/,
    )
    assert.match(
      body(code({ 'image/svg+xml': '<svg onload="1"/>' })),
      /<img src="data:image\/svg\+xml;base64,PHN2/,
    )
    assert.match(
      body(code({ 'text/html': ['<b>', 'x</b>'], 'text/plain': 'x' })),
      /<iframe sandbox="allow-same-origin"[^>]*&lt;b&gt;x&lt;\/b&gt;"/,
    )
    assert.match(body(code({ 'text/markdown': '*a*', 'text/plain': 'x' })), /<em>a<\/em>/)
    assert.match(body(code({ 'text/latex': '$$\\pi$$' })), /<math[^>]* display="block"/)
    assert.match(body(code({ 'application/json': { a: [1] } })), /&quot;a&quot;: \[/)
    assert.match(body(code({ 'application/x-unknown': 1, 'text/plain': '<i>' })), /<pre>&lt;i&gt;<\/pre>/)
    assert.match(
      body(code({ 'application/x-unknown': 1 })),
      /no form that a report can show \(application\/x-unknown\)/,
    )
    assert.match(body({ cell_type: 'raw', source: '<raw>' }), /<pre>&lt;raw&gt;<\/pre>/)
    assert.match(
      body({ cell_type: 'code', source: '', outputs: [{ output_type: 'new' }] }),
      /unknown kind “new”/,
    )
  })

  test('controls stand as they stood, cannot be moved, and say their values', () => {
    const specs = [
      { kind: 'slider', id: 'c/0', label: 'γ <b>', from: 0, to: 8, step: 0.5, value: 2.5 },
      { kind: 'choice', id: 'c/1', label: 'sampler', options: ['ddim', 'ddpm'], value: 'ddpm' },
      { kind: 'toggle', id: 'c/2', label: 'field', value: true },
      { kind: 'button', id: 'c/3', label: 'again', value: 2 },
      {
        kind: 'painter',
        id: 'c/4',
        label: 'sketch',
        paints: 'strokes',
        shape: [1, 2, 1],
        value: '/wA=',
        blank: 'AAA=',
        colours: [{ name: 'white', bytes: [255] }],
      },
    ] as const
    const html = body(code({ ...controlsBundle(specs) }))
    assert.match(html, /<input type="range" min="0" max="8" step="any" value="2.5"[^>]*disabled>/)
    assert.match(html, /<input type="checkbox" checked[^>]*disabled>/)
    assert.match(html, /<img alt="sketch: 1 of 2 pixels painted" src="data:image\/png;base64,iVBOR/)
    const text = shown(html)
    for (const said of [
      'γ <b>',
      '2.5 of 0 to 8',
      'ddpm (not ddim)',
      'on',
      'pressed 2 times',
      'As they stood',
    ])
      assert.ok(text.includes(said), said)
    assert.ok(!html.includes('γ <b>'))
    // What is no list of controls falls back to its text.
    const broken = { 'application/vnd.genbook.controls+json': [{ kind: 'slider' }], 'text/plain': 'γ = 2' }
    assert.match(shown(body(code(broken))), /γ = 2/)
  })

  test('shows streams, and errors with their tracebacks', () => {
    const html = body({
      cell_type: 'code',
      source: ['a\n', 'b'],
      outputs: [
        { output_type: 'stream', name: 'stderr', text: ['one\n', 'two'] },
        { output_type: 'error', ename: 'E', evalue: 'no', traceback: ['E: <no>', '  at cell 1'] },
        { output_type: 'error', ename: 'F', evalue: 'bare', traceback: [] },
      ],
    })
    assert.match(html, /<pre class="stream stderr">one\ntwo<\/pre>/)
    assert.match(html, /<pre class="error" role="alert">E: &lt;no&gt;\n {2}at cell 1<\/pre>/)
    assert.match(html, /F: bare/)
    assert.match(html, /<code>a\nb<\/code>/)
  })

  test('carries figures as data with a line of text, and the program that draws them only if there are any', () => {
    const bundle = figureBundle(lossFigure({ losses: [2, 1] }))
    const html = body(code(bundle), 'draw()')
    assert.match(
      html,
      /<div class="figure" role="img" aria-label="Training loss: 2 steps, loss 1" data-figure="figure-1"><p class="note">/,
    )
    const json = /<script type="application\/json" id="figure-1">(.*?)<\/script>/s.exec(html)![1]!
    assert.deepEqual(JSON.parse(json), bundle['application/vnd.plotly.v1+json'])
    assert.match(html, /<script>draw\(\)<\/script>/)
    assert.doesNotMatch(body(code({ 'text/plain': '1' }), 'draw()'), /draw\(\)/)
    assert.match(body(code(bundle)), /<pre>Training loss: 2 steps/, 'without a program')
  })

  test('says why a figure is not shown, and falls back to its text', () => {
    const html = body(
      code({ 'application/vnd.plotly.v1+json': { data: 1 }, 'text/plain': 'Losses fell' }),
      'draw()',
    )
    assert.match(html, /This figure cannot be shown\. data must be an array of traces/)
    const large = { data: [{ y: ['a'.repeat(21_000_000)] }] }
    assert.match(
      body(code({ 'application/vnd.plotly.v1+json': large }), 'draw()'),
      /too large for a report: 21 MB/,
    )
  })

  test('states what it was made with, in order', () => {
    const html = renderReport({
      title: 'A & B',
      cells: [],
      stamp: { device: 'WASM SIMD', seed: 7, 'made <at>': 'noon' },
    })
    assert.match(html, /<title>A &amp; B<\/title>/)
    assert.deepEqual(
      [...html.matchAll(/<tr><th scope="row">(.*?)<\/th><td>(.*?)<\/td><\/tr>/g)].map(([, name, value]) => [
        name,
        value,
      ]),
      [
        ['device', 'WASM SIMD'],
        ['seed', '7'],
        ['made &lt;at&gt;', 'noon'],
      ],
    )
  })

  test('is the same text each time', () => {
    const report = { title: 't', cells: [code(figureBundle(lossFigure({ losses: [1] })))], scripts: 'x' }
    assert.equal(renderReport(report), renderReport(report))
  })

  test('any text in any place stays text', () => {
    const markup = '"\'><script>1</script><img src=x onerror=1><!--'
    const plain = escapeHtml(markup)
    const html = renderReport({
      title: markup,
      stamp: { [markup]: markup },
      cells: [
        {
          cell_type: 'code',
          source: markup,
          outputs: [{ output_type: markup }, { output_type: 'error', ename: markup, evalue: markup }],
        },
        code({ [markup]: 1 }),
        code({ 'text/plain': markup }),
        code({ 'image/png': markup, 'text/plain': markup }),
      ],
    })
    assert.doesNotMatch(html.slice(html.indexOf('<body>')), /<script|<img/)
    assert.ok(html.includes(plain))
  })
})
