/**
 * The page around a report: one HTML file that needs nothing else, under a policy that lets only our own programs run, by
 * their hashes, and nothing be fetched from anywhere.
 */
import { embedScript, escapeHtml } from './html'
import { sha256 } from './sha256'

/** The program that draws figures: as it is, or packed for pages that are made by the thousand. */
export type Program = string | PackedProgram

export interface PackedProgram {
  /** The program as `embedScript` writes it, compressed by gzip, in base64. */
  readonly gzip: string
  /** SHA-256 of what it unpacks to, in base64. */
  readonly hash: string
}

export interface HtmlPage {
  readonly title: string
  readonly style: string
  /** Markup in which nothing that is not ours is unescaped. */
  readonly body: string
  readonly program?: Program | undefined
}

/** @returns the HTML text of the page. */
export function htmlPage({ title, style, body, program }: HtmlPage): string {
  const scripts = program === undefined ? [] : scriptsOf(program)
  const hashes = scripts.flatMap(({ hashes }) => hashes)
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.map((hash) => `'sha256-${hash}'`).join(' ') || "'none'"}`,
    "style-src 'unsafe-inline'",
    // Plotly turns a figure into a blob before it is saved as a picture.
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
${scripts.map(({ html }) => html).join('\n')}
</body>
</html>
`
}

interface Script {
  readonly html: string
  readonly hashes: readonly string[]
}

function scriptsOf(program: Program): Script[] {
  if (typeof program === 'string') {
    const text = embedScript(program)
    return [{ html: `<script>${text}</script>`, hashes: [hashOf(text)] }]
  }
  const data = `<script type="application/octet-stream" id="program">${program.gzip}</script>`
  return [{ html: `${data}\n<script>${UNPACK}</script>`, hashes: [program.hash, hashOf(UNPACK)] }]
}

/** Unpacks the program and runs it, which the policy allows for its hash. */
const UNPACK =
  "const bytes=Uint8Array.from(atob(document.getElementById('program').textContent),c=>c.charCodeAt(0));" +
  "new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text().then(text=>{" +
  "const script=document.createElement('script');script.textContent=text;document.body.append(script)})"

/** Programs are megabytes long and the same in every report of a run. */
const hashed = new Map<string, string>()

function hashOf(program: string): string {
  let hash = hashed.get(program)
  if (hash === undefined) {
    if (hashed.size > 4) hashed.clear()
    hashed.set(program, (hash = sha256(program)))
  }
  return hash
}
