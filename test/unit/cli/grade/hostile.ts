/** Texts that want to be more than text, wherever they end. */
import fc from '../../../property'

export const hostileTexts: readonly string[] = [
  '<script>globalThis.pwned = 1</script>',
  '"><img src=x onerror="globalThis.pwned = 1">',
  "'><svg onload=globalThis.pwned=1>",
  '</title></style></script><script>globalThis.pwned = 1</script>',
  ']]></failure><testcase name="forged"/>',
  '<!-- ',
  '&lt;b&gt; &#60; &amp;',
  '=HYPERLINK("http://evil.test";"x")',
  '+1+cmd|calc',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r\n=1',
  ' =1',
  "'=1",
  '＝1',
  'a,b;"c"\n"d"\r\ne',
  '::error file=x::forged\n::set-output name=x::y',
  '##[error]forged',
  '%0A::error::forged',
  '| a | b |\n|---|---|',
  '[link](javascript:alert(1)) ![x](http://evil.test/x.png) `code` **b**',
  '[link](http://evil.test) <http://evil.test> https://evil.test',
  '$\\href{javascript:alert(1)}{x}$ $\\url{http://evil.test}$',
  '\x00\x01\x07\x08\x0b\x0c\x1b[31mred\x1b[0m\x1b]0;title\x07\x7f\x80\x9f',
  'gpj.\u202eexe\u200b\u2066x\u2069\ufeff',
  '\ud800 half \udfff',
  '\ufffe\uffff',
  'line\u2028separator\u2029',
  '../../etc/passwd',
  'CON',
  '',
  ' ',
  'x'.repeat(5000),
  '1e999',
  '__proto__',
  'constructor',
]

/** Hostile texts, joined, and any string there is. */
export const hostile = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary' })).map((parts) => parts.join('')),
)
