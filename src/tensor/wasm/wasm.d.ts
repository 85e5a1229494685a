/** The bundlers inline binaries. */
declare module '*.wasm' {
  const bytes: Uint8Array
  export default bytes
}
