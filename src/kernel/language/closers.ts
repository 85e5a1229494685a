import ts from 'typescript'

const CLOSING = new Map([
  [ts.SyntaxKind.OpenBraceToken, '}'],
  [ts.SyntaxKind.OpenParenToken, ')'],
  [ts.SyntaxKind.OpenBracketToken, ']'],
  // Of a template, `${`.
  [ts.SyntaxKind.TemplateHead, '}`'],
])

/**
 * What closes the comment, template and brackets that a half-written text leaves open, so that what is appended to it
 * is not swallowed by them.
 */
export function closers(text: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text)
  const open: string[] = []
  let start = ''
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (kind === ts.SyntaxKind.CloseBraceToken && open.at(-1) === '}`')
      // The rest of the template: another `${`, or its end.
      kind = scanner.reScanTemplateToken(false)
    else if (
      kind === ts.SyntaxKind.CloseBraceToken ||
      kind === ts.SyntaxKind.CloseParenToken ||
      kind === ts.SyntaxKind.CloseBracketToken
    ) {
      const at = open.lastIndexOf(ts.tokenToString(kind)!)
      if (at >= 0) open.length = at
    }
    if (kind === ts.SyntaxKind.TemplateTail) open.pop()
    else if (CLOSING.has(kind)) open.push(CLOSING.get(kind)!)
    if (scanner.isUnterminated() && isTemplate(kind)) {
      if (kind === ts.SyntaxKind.TemplateMiddle || kind === ts.SyntaxKind.TemplateTail) open.pop()
      start = '`'
    }
  }
  if (openComment(text)) start = '*/'
  return start + open.reverse().join('')
}

function isTemplate(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstTemplateToken && kind <= ts.SyntaxKind.LastTemplateToken
}

/** Whether the text ends inside a block comment. The scanner says so only of the token that it takes it for. */
function openComment(text: string): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, text)
  let kind = scanner.scan()
  let last = kind
  let unterminated = false
  while (kind !== ts.SyntaxKind.EndOfFileToken) {
    last = kind
    unterminated = scanner.isUnterminated()
    kind = scanner.scan()
  }
  return last === ts.SyntaxKind.MultiLineCommentTrivia && unterminated
}
