/**
 * Imported before TypeScript. Under Node it would look for files, which the bundle for both hosts leaves out and the
 * checker of untrusted cells must not touch; told that it is in a browser, it does not.
 */
const host = globalThis as { process?: { browser?: boolean } }
if (host.process) host.process.browser = true

export {}
