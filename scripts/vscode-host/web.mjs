// VS Code without a server, as on vscode.dev: static files only, extensions in the browser's web worker host, and the
// workspace read over HTTP (and written in the page's memory) by the file-system provider of @vscode/test-web.
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { codeFolder, fileSystemProvider } from './install.mjs'
import { settings as quiet } from './server.mjs'

const workbench = 'out/vs/code/browser/workbench'

/** The built-in extensions that a notebook of ours touches; the rest would only cost time. */
const builtIn = [
  'theme-defaults',
  'typescript-basics',
  'javascript',
  'json',
  'markdown-basics',
  'markdown-math',
  'markdown-language-features',
  'notebook-renderers',
  'configuration-editing',
]

/**
 * Serves the workbench. It must be opened as `localhost` exactly: its webviews live on subdomains of that name.
 * @param options.extensions folders, each with one unpacked extension.
 * @param options.folder the workspace.
 * @param options.port the port; a free one by default.
 * @param options.settings more user settings, as defaults.
 * @returns the address to open, and `stop`.
 * @throws where this version of VS Code is put together in another way than the one this was written for.
 */
export async function startWebHost({ extensions = [], folder, port = 0, settings = {} }) {
  const script = serverlessWorkbench()
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    })
  })
  await new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const authority = `localhost:${server.address().port}`
  const page = indexPage(authority, extensions.length, { ...quiet, ...settings })

  /** Each part of the address space: a prefix, and what lies behind it. */
  async function answer(request, response) {
    const url = new URL(request.url, `http://${authority}`)
    const path = decodeURIComponent(url.pathname)
    // Webviews and workers have origins of their own.
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('cross-origin-resource-policy', 'cross-origin')
    if (path === '/') return sendText(response, 'text/html', page)
    if (path === `/code/${workbench}/workbench.js`) return sendText(response, 'text/javascript', script)
    const [, area, rest] = /^\/([^/]+)\/?(.*)$/.exec(path) ?? []
    if (area === 'code') return sendFile(response, inside(codeFolder, rest))
    if (area === 'provider') return sendFile(response, inside(fileSystemProvider, rest))
    if (area === 'extensions') {
      const [, number, file] = /^(\d+)\/?(.*)$/.exec(rest) ?? []
      if (extensions[number]) return sendFile(response, inside(extensions[number], file))
    }
    // Where the provider looks for the workspace.
    if (path.startsWith('/static/mount'))
      return sendWorkspace(response, inside(folder, path.slice('/static/mount'.length)), url.searchParams)
    return missing(response)
  }

  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  return { address: `http://${authority}/`, stop }
}

/**
 * VS Code's own entry script, with the two places changed in which code-server takes for granted that there is a server
 * behind the page: it names one as the remote authority, and it keeps the user's data there.
 */
function serverlessWorkbench() {
  const file = join(codeFolder, workbench, 'workbench.js')
  if (!existsSync(file)) throw new Error(`${file} is missing: VS Code is not installed in test/vscode-host.`)
  let text = readFileSync(file, 'utf8')
  const replacements = [
    [/remoteAuthority:location\.host\}/g, () => 'remoteAuthority:void 0}'],
    [
      /\.with\(\{scheme:(\w+)\.vscodeRemote\}\),"User"\)/g,
      (_, schemes) => `.with({scheme:${schemes}.vscodeUserData}),"User")`,
    ],
  ]
  for (const [pattern, replacement] of replacements) {
    const found = text.match(pattern)?.length ?? 0
    if (found !== 1)
      throw new Error(
        `This version of VS Code cannot be served without a server: ${pattern} matches ${found} times in ${file}, not once. ` +
          'scripts/vscode-host/web.mjs must be brought up to date with it.',
      )
    text = text.replace(pattern, replacement)
  }
  return text
}

/** VS Code's own page, with its configuration filled in. */
function indexPage(authority, extensionCount, settings) {
  const at = (path) => ({ scheme: 'http', authority, path })
  const values = {
    WORKBENCH_WEB_CONFIGURATION: {
      folderUri: { scheme: 'vscode-test-web', authority: 'mount', path: '/' },
      additionalBuiltinExtensions: [
        at('/provider'),
        ...builtIn.map((name) => at(`/code/extensions/${name}`)),
        ...Array.from({ length: extensionCount }, (_, i) => at(`/extensions/${i}`)),
      ],
      configurationDefaults: settings,
      // code-server's build reads these, which Microsoft's does not have.
      userDataPath: '/',
      isEnabledFileDownloads: true,
      isEnabledFileUploads: true,
      isEnabledCoderGettingStarted: false,
      productConfiguration: {
        enableTelemetry: false,
        webEndpointUrlTemplate: `http://{{uuid}}.${authority}/code`,
        webviewContentExternalBaseUrlTemplate: `http://{{uuid}}.${authority}/code/out/vs/workbench/contrib/webview/browser/pre/`,
        extensionEnabledApiProposals: {
          'vscode.vscode-test-web-fs': ['fileSearchProvider', 'textSearchProvider'],
        },
      },
    },
    WORKBENCH_WEB_BASE_URL: '/code',
    WORKBENCH_NLS_FALLBACK_URL: '/code/out/nls.messages.js',
    WORKBENCH_NLS_URL: '/code/out/nls.messages.js',
  }
  const text = (value) =>
    (typeof value === 'object' ? JSON.stringify(value) : (value ?? '')).replaceAll('"', '&quot;')
  return readFileSync(join(codeFolder, workbench, 'workbench.html'), 'utf8').replace(
    /\{\{([^}]+)\}\}/g,
    (_, name) => text(values[name]),
  )
}

const types = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.html': 'text/html',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
}

/** A path below a folder, never outside it. */
function inside(folder, path) {
  return join(folder, normalize(`/${path}`))
}

function sendText(response, type, text) {
  response.writeHead(200, { 'content-type': type })
  response.end(text)
}

async function sendFile(response, path) {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return missing(response)
  response.writeHead(200, {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    'content-length': found.size,
  })
  createReadStream(path).pipe(response)
}

/** The provider asks for `?stat`, `?readdir`, or the file itself. */
async function sendWorkspace(response, path, query) {
  if (!query.has('stat') && !query.has('readdir')) return sendFile(response, path)
  const type = (entry) => (entry.isDirectory() ? 2 : 1)
  try {
    let result
    if (query.has('stat')) {
      const found = await stat(path)
      result = { type: type(found), ctime: found.ctimeMs, mtime: found.mtimeMs, size: found.size }
    } else {
      const entries = await readdir(path, { withFileTypes: true })
      result = entries.map((entry) => ({ name: entry.name, type: type(entry) }))
    }
    sendText(response, types['.json'], JSON.stringify(result))
  } catch (error) {
    sendText(response, types['.json'], JSON.stringify({ error: error.code }))
  }
}

function missing(response) {
  response.writeHead(404)
  response.end()
}
