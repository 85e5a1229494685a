import { ENTITIES } from '../../renderers/report/html'

/** What is left of HTML when its tags are taken away: the plain form of a text that was given as HTML. */
export function htmlText(html: string): string {
  const text = html
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<br\s*\/?>|<\/(?:p|div|li|tr|h[1-6])>/gi, '\n')
    .replace(/<[^>]*>/g, '')
  const entities = Object.entries(ENTITIES).reduce(
    (each, [character, entity]) => each.replaceAll(entity, character),
    text,
  )
  return entities.replace(/\n{3,}/g, '\n\n').trim()
}
