import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from '../../../property'
import { annotations } from '../../../../src/cli/grade/reports/annotations'
import {
  correlation,
  histogram,
  classStatistics,
  median,
} from '../../../../src/cli/grade/reports/class/statistics'
import { guarded, readCsv, writeCsv } from '../../../../src/cli/grade/reports/csv'
import { gradebook, longGradebook } from '../../../../src/cli/grade/reports/gradebook'
import { gradescopeResults } from '../../../../src/cli/grade/reports/gradescope'
import { fileStems } from '../../../../src/cli/grade/reports/names'
import { oneLine, printable, shortened } from '../../../../src/cli/grade/reports/printable'
import { summaryMarkdown } from '../../../../src/cli/grade/reports/summaryMarkdown'
import { gradingStatus, gradingSummary } from '../../../../src/cli/grade/outcome'
import { markdownToHtml } from '../../../../src/renderers/report'
import { assignmentOf, cellGrade, manualCell, result, testGrade } from './fixtures'
import { hostile } from './hostile'

const fields = (csv: string) => readCsv(csv).map(({ fields }) => fields)

void describe('printable text', () => {
  test('holds nothing that terminals, editors or XML would obey or refuse', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = printable(text)
        assert.doesNotMatch(shown, /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u)
        assert.equal(shown.isWellFormed(), true)
        assert.equal(printable(shown), shown)
      }),
    )
  })

  test('keeps what people write', () => {
    for (const text of ['Émilie du Châtelet', '王小云', 'a\n\tb', '👩‍🔬', 'x² ≤ 1'])
      assert.equal(printable(text), text)
    assert.equal(printable('a\x07b\r\nc\u202e'), 'a␇b\nc‹U+202E›')
  })

  test('in one line is no command to GitHub, and is cut between characters', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = oneLine(text)
        assert.doesNotMatch(line, /\n|^\s*::|##\[/)
        assert.ok(line.length <= 200 && line.isWellFormed())
      }),
    )
    assert.equal(shortened('ab😀', 3), 'ab…')
    assert.equal(shortened('a😀b', 3), 'a…')
  })
})

void describe('CSV', () => {
  test('is read back as it was written, but for what would be a formula', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(hostile, { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
        fc.boolean(),
        (rows, bom) => {
          const width = Math.max(2, ...rows.map((row) => row.length))
          const full = rows.map((row) => [...row, ...Array<string>(width - row.length).fill('x')])
          const head = Array.from({ length: width }, (_, i) => `h${i}`)
          const read = fields(writeCsv(head, full, { bom }))
          const expected = [head, ...full].map((row) =>
            row.map((text) => guarded(text).replaceAll('\n', '\r\n')),
          )
          assert.deepEqual(read, expected)
        },
      ),
    )
  })

  test('has no field that a spreadsheet program computes, whatever it trims', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [, [field] = []] = fields(writeCsv(['a', 'b'], [[text, 1]]))
        assert.doesNotMatch(field!, /^[\s"]*[=+\-@＝＋－＠]/)
        assert.doesNotMatch(field!, /^[\t\r\n]/)
      }),
    )
    assert.equal(writeCsv(['a'], [[-2.5]]), 'a\r\n-2.5\r\n')
    assert.equal(writeCsv(['a', 'b'], [['=1', undefined]]), "a,b\r\n'=1,\r\n")
    assert.equal(writeCsv(['a'], [['b']], { bom: true }).charCodeAt(0), 0xfeff)
  })

  test('is read with any line ends and separators that spreadsheet programs write', () => {
    assert.deepEqual(fields('\ufeffa;b\r\n1,5;"x;y"\r\n'), [
      ['a', 'b'],
      ['1,5', 'x;y'],
    ])
    assert.deepEqual(fields('a,b\r1,2\r\r3,4'), [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ])
    assert.deepEqual(fields('a,b\n"1\n2","say ""no"""\n'), [
      ['a', 'b'],
      ['1\n2', 'say "no"'],
    ])
    assert.deepEqual(
      readCsv('a\n"1\r\n2"\n\nb\n').map(({ line }) => line),
      [1, 2, 5],
    )
    assert.throws(() => readCsv('a\n"b\n'), {
      name: 'CsvError',
      message: 'line 2: a quoted field never ends.',
    })
    assert.throws(() => readCsv('a\n"b"c\n'), /line 2: text follows the end of a quoted field/)
  })
})

const q1 = cellGrade('q1', [testGrade('right', 1, 1), testGrade('wrong', 0, 2, { expected: 'It is −x.' })], {
  title: 'One',
})
const essay = manualCell('essay', 4, { title: 'Two' })
const ada = result('ada', [q1, essay])
const lost = result('lost', [], { status: 'ungradable', points: 0, maxPoints: 7, reason: 'no notebook' })
const assignment = assignmentOf([q1, essay])

void describe('the gradebook', () => {
  test('has a line a submission and a column a cell, empty where there was nothing to grade', () => {
    assert.deepEqual(fields(gradebook([ada, lost], assignment)), [
      ['student', 'submission', 'status', 'points', 'max_points', 'percent', 'q1 [3]', 'essay [4]'].concat([
        'to_grade',
        'flagged',
        'flaky',
        'reason',
        'notes',
        'hash',
      ]),
      [
        'ada',
        'ada.genbook',
        'needs-manual',
        '1',
        '7',
        '14.3',
        '1',
        '0',
        'essay',
        '',
        '',
        '',
        '',
        'hash-of-ada',
      ],
      [
        'lost',
        'lost.genbook',
        'ungradable',
        '0',
        '7',
        '0',
        '',
        '',
        '',
        '',
        '',
        'no notebook',
        '',
        'hash-of-lost',
      ],
    ])
  })

  test('in long form has a line a test, and one a cell that a person grades', () => {
    const [head, ...rows] = fields(longGradebook([ada, lost]))
    const column = (name: string) => rows.map((row) => row[head!.indexOf(name)])
    assert.deepEqual(column('grade_id'), ['q1', 'q1', 'essay'])
    assert.deepEqual(column('test'), ['right', 'wrong', ''])
    assert.deepEqual(column('status'), ['passed', 'failed', 'needs-manual'])
    assert.deepEqual(column('max_points'), ['1', '2', '4'])
    assert.ok(rows.every((row) => row.length === head!.length))
  })
})

void describe('Gradescope', () => {
  test('gets a score, a test each, and the words of the instructor', () => {
    const { score, tests, output } = gradescopeResults(ada)
    assert.equal(score, 1)
    assert.deepEqual(
      tests.map(({ name, number, score, max_score, status }) => [name, number, score, max_score, status]),
      [
        ['One: right', '1.1', 1, 1, 'passed'],
        ['One: wrong', '1.2', 0, 2, 'failed'],
      ],
    )
    assert.equal(tests[1]!.output, 'wrong: Not what was expected.\nIt is −x.')
    assert.match(output, /To be graded by a person: Two\./)
    assert.match(gradescopeResults(lost).output, /no notebook/)
  })

  test('never gets the data of a hidden test', () => {
    const evidence = { given: 'SECRET', returned: 'SECRET', expected: 'SECRET' }
    const of = (hidden: boolean) =>
      JSON.stringify(
        gradescopeResults(result('ada', [cellGrade('q', [testGrade('t', 0, 1, { hidden, evidence })])])),
      )
    assert.match(of(false), /Given: SECRET/)
    assert.doesNotMatch(of(true), /SECRET/)
  })

  test('is told that every text is plain', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const grade = testGrade(text, 0, 1, { reason: text, expected: text })
        const results = gradescopeResults(
          result(text, [cellGrade(text, [grade], { title: text })], { reason: text }),
        )
        assert.equal(results.output_format, 'text')
        for (const { name, name_format, output, output_format } of results.tests) {
          assert.deepEqual([name_format, output_format], ['text', 'text'])
          assert.equal(printable(name + output), name + output)
        }
      }),
    )
  })
})

void describe('annotations', () => {
  /** As GitHub's runner reads a line. */
  const read = (line: string) => {
    const [, kind, properties, message] = /^::(\w+) (.*?)::(.*)$/.exec(line)!
    const plain = (text: string) =>
      text.replace(/%(25|0D|0A|3A|2C)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    const entries = properties!.split(',').map((property) => {
      const [name, ...value] = property.split('=')
      return [name, plain(value.join('='))]
    })
    return { kind, ...Object.fromEntries(entries), message: plain(message!) } as Record<string, string>
  }

  test('are one line each, whatever is in them, and say what was said', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = annotations([result(text, [], { status: 'ungradable', reason: text })])
        assert.equal(lines.length, 1)
        assert.doesNotMatch(lines[0]!, /[\r\n]/)
        const { kind, title, message } = read(lines[0]!)
        assert.equal(kind, 'error')
        assert.equal(
          title,
          shortened(printable(`${text}: ungradable`), 200).replace(/=.*$/s, (rest) => rest),
        )
        assert.equal(message, shortened(printable(text), 2000))
      }),
    )
  })

  test('are at most ten of a kind, the last of which counts the others', () => {
    const bad = Array.from({ length: 25 }, (_, i) =>
      result(`s${i}`, [q1], { status: 'tampered', reason: 'forged' }),
    )
    const lines = annotations(bad)
    const of = (kind: string) => lines.filter((line) => line.startsWith(`::${kind} `))
    assert.deepEqual([of('error').length, of('notice').length, of('warning').length], [10, 10, 0])
    assert.equal(of('error')[9], '::error title=16 more::16 more are in the summary and in results.jsonl.')
    assert.equal(annotations(bad.slice(0, 10)).filter((line) => line.startsWith('::error ')).length, 10)
  })

  test('low scores are notices, as the grading did not fail', () => {
    assert.deepEqual(annotations([ada]), [
      '::notice file=in/ada.genbook,title=ada%3A wrong::Not what was expected.%0AIt is −x.',
    ])
  })
})

void describe('the summary in Markdown', () => {
  test('shows hostile text as it is: no markup, no links, no pictures, no rows of its own', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const grades = result(text, [cellGrade('q', [testGrade(text, 0, 1)], { title: text })], {
          status: 'error',
          reason: text,
        })
        const markdown = summaryMarkdown([grades], assignmentOf(grades.cells, text))
        const html = markdownToHtml(markdown)
        assert.doesNotMatch(html, /<(a|img|script|code|strong|em|math|svg)\b/)
        assert.equal(html.match(/<tr>/g)?.length, 8)
        assert.doesNotMatch(markdown, /^\s*::|##\[/m)
      }),
    )
  })
})

void describe('names of files', () => {
  test('are safe, readable where they can be, and each once', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 6 }), (students) => {
        const stems = fileStems(
          students.map((student, i) =>
            result(student, [], { submission: { name: '', path: `${i}`, hash: '' } }),
          ),
        )
        assert.equal(new Set(stems.map((stem) => stem.toLowerCase())).size, students.length)
        for (const stem of stems) {
          assert.match(stem, /^[\p{L}\p{M}\p{N}_@][\p{L}\p{M}\p{N} ._@-]*$/u)
          assert.ok(stem.length < 100 && stem.isWellFormed())
        }
      }),
    )
    const of = (...names: string[]) => fileStems(names.map((name) => result(name, [])))
    assert.deepEqual(of('Émilie', 'ada@school', 'li wei'), ['Émilie', 'ada@school', 'li wei'])
    assert.match(of('ada', 'Ada').join(), /^ada-[0-9a-f]{10},Ada-[0-9a-f]{10}$/)
    assert.match(of('../x').join(), /^_\._x|^_x-|^__x-/)
    assert.match(of('con').join(), /^_con-/)
  })
})

void describe('statistics of a class', () => {
  test('count every submission but the ungradable ones', () => {
    const results = [
      ada,
      lost,
      result('bob', [cellGrade('q1', [testGrade('right', 1, 1), testGrade('wrong', 2, 2)])]),
    ]
    const { submissions, graded, points, tests, statuses, maxPoints } = classStatistics(results, assignment)
    assert.deepEqual([submissions, graded, maxPoints], [3, 2, 7])
    assert.deepEqual(points, { mean: 2, median: 2, lowest: 1, highest: 3, deviation: 1 })
    assert.deepEqual(
      tests.map(({ name, passed, of, discrimination }) => [name, passed, of, discrimination]),
      [
        ['right', 2, 2, undefined],
        ['wrong', 1, 2, undefined],
      ],
    )
    assert.deepEqual(statuses, [
      { status: 'passed', count: 1 },
      { status: 'needs-manual', count: 1 },
      { status: 'ungradable', count: 1 },
    ])
  })

  test('a check that only strong work passes has correlation 1', () => {
    assert.ok(Math.abs(correlation([0, 0, 1, 1], [1, 1, 5, 5])! - 1) < 1e-12)
    assert.ok(Math.abs(correlation([1, 0], [1, 5])! + 1) < 1e-12)
    assert.equal(correlation([1, 1], [1, 2]), undefined)
    assert.equal(median([3, 1, 2, 10]), 2.5)
  })

  test('every submission is in exactly one bin, whatever the points', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: 0, max: 4000 }).map((n) => n / 4),
          { minLength: 1, maxLength: 40 },
        ),
        fc.integer({ min: 0, max: 100_000 }),
        (points, max) => {
          const bins = histogram(points, max)
          assert.ok(bins.length <= 21)
          assert.equal(
            bins.reduce((sum, { count }) => sum + count, 0),
            points.length,
          )
          for (const { from, to, count } of bins)
            assert.equal(count, points.filter((value) => value >= from && value < to).length)
        },
      ),
    )
    assert.deepEqual(histogram([16, 15, 0], 16).at(-1), { from: 16, to: 17, count: 1 })
    assert.deepEqual(histogram([], 10), [])
  })
})

void describe('how a grading ends', () => {
  test('low scores are no failure, ungradable submissions are', () => {
    assert.equal(gradingStatus([ada]), 0)
    assert.equal(gradingStatus([ada, lost]), 3)
  })

  test('what is printed names statuses, points, what a person must do and where the reports are', () => {
    const text = gradingSummary([ada, lost], assignment, {
      dir: 'out',
      milliseconds: 61_000,
      problems: ['manual.csv:2: no'],
    })
    assert.match(text, /^\nScore matching: 2 submissions in 1 min 1 s\n/)
    for (const line of [
      /needs-manual +1/,
      /ungradable +1/,
      /points +mean 1, median 1 of 7/,
      /to grade +1 by hand: out\/manual\.csv/,
    ])
      assert.match(text, line)
    assert.match(text, /manual grades: manual\.csv:2: no/)
  })
})
