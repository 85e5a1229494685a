// Runs one bundled benchmark and prints what it reports.
import { pathToFileURL } from 'node:url'

const { default: benchmark } = await import(pathToFileURL(process.argv[2]).href)
console.log(`\n${benchmark.title}\n`)
try {
  await benchmark.run(report, table)
} catch (error) {
  console.log(`  could not be measured: ${error.message}`)
  process.exitCode = 1
}
report('most memory of this process', `${(process.resourceUsage().maxRSS / 2 ** 10).toFixed(0)} MiB`)
// A benchmark may leave something behind that would keep the process.
process.exit()

function report(what, value) {
  console.log(`  ${what.padEnd(64)} ${value}`)
}

/** Markdown, with columns as wide as their longest text. */
function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(3, ...rows.map((row) => (row[i] ?? '').length)))
  const line = (cells) =>
    `| ${widths.map((width, i) => (cells[i] ?? '')[i ? 'padStart' : 'padEnd'](width)).join(' | ')} |`
  console.log(`\n${line(rows[0])}`)
  console.log(
    `| ${widths.map((width, i) => (i ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`,
  )
  for (const row of rows.slice(1)) console.log(line(row))
  console.log()
}
