// The VS Code of test/vscode-host, for the tests and for `npm start`: install it, start it with or without a server.
export { installHost, hostInstalled, hostSize } from './install.mjs'
export { freePort, startServerHost } from './server.mjs'
export { startWebHost } from './web.mjs'
export { unpackExtension } from './unpack.mjs'
export { chromiumFlags, findChromium, needChromium } from '../chromium.mjs'
export { root } from '../node.mjs'
