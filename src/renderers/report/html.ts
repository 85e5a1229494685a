/** Text and data inside HTML, so that neither can become markup. */

/** The characters that mean something in HTML, and what stands for them. */
export const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for element content and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}

/** JSON for a script element of type application/json: no `</script>` or `<!--`, and no line ends that scripts forbid. */
export function embedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** A program for a script element: the same program, without what would end the element early. */
export function embedScript(program: string): string {
  return program
    .replace(/\r\n?/g, '\n')
    .replace(/<\/(?=script)/gi, '<\\/')
    .replace(/<(?=!--)/g, '\\x3C')
}

/** UTF-8 text as base64. */
export function base64(text: string): string {
  const parts: string[] = []
  const bytes = new TextEncoder().encode(text)
  for (let start = 0; start < bytes.length; start += 0x2000)
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 0x2000)))
  return btoa(parts.join(''))
}

/** A picture as an address, or nothing where the data is no base64. Line breaks in it are allowed. */
export function imageAddress(mime: string, data: string): string | undefined {
  const compact = data.replace(/\s+/g, '')
  return /^[A-Za-z0-9+/]+={0,2}$/.test(compact) ? `data:${mime};base64,${compact}` : undefined
}
