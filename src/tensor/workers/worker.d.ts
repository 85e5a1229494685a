/** The bundlers make one text of a worker's program. */
declare module '*?worker' {
  const text: string
  export default text
}
