/** Pages and files of reports, read by a browser's own parsers: hostile text and markup stay text. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from '../../property'
import type { Browser, Page } from 'playwright-core'
import { classPage } from '../../../src/cli/grade/reports/class/page'
import { feedbackPage } from '../../../src/cli/grade/reports/feedback/page'
import { junitXml } from '../../../src/cli/grade/reports/junit'
import { packed } from '../../../src/cli/grade/reports/packed'
import { oneLine, printable } from '../../../src/cli/grade/reports/printable'
import type { SubmissionResult } from '../../../src/cli/grade/result'
import type { JsonObject } from '../../../src/notebook'
import { figureBundle } from '../../../src/renderers/figures'
import type { PackedProgram } from '../../../src/renderers/report'
import { assignmentOf, cellGrade, manualCell, result, testGrade } from '../../unit/cli/grade/fixtures'
import { hostile, hostileTexts } from '../../unit/cli/grade/hostile'
import { bundleReport, launch, open } from '../renderers/browser'
import { figures } from '../renderers/fixtures'

let browser: Browser
let program: PackedProgram
before(async () => {
  const [launched, script] = await Promise.all([launch(), bundleReport()])
  browser = launched
  program = packed(script)
})
after(() => browser?.close())

const html =
  '<script>top.pwned = 1</script><img src="http://evil.test/x.png" onerror="top.pwned = 1"><b>bold</b>'

/** A result in which every text is this one. */
function allOver(text: string): SubmissionResult {
  const grades = [
    testGrade(text, 0, 1, {
      reason: text,
      expected: text,
      evidence: { given: text, returned: text, expected: text },
    }),
    testGrade('passed', 1, 1),
  ]
  const outputs: JsonObject[] = [
    { output_type: 'stream', name: text, text },
    { output_type: 'display_data', data: { 'text/html': text, 'text/markdown': text, 'text/plain': text } },
    { output_type: 'display_data', data: { 'image/svg+xml': text } },
    { output_type: text, data: {} },
    { output_type: 'error', ename: text, evalue: text, traceback: [text] },
  ]
  return result(
    text,
    [
      cellGrade('a', [], { kind: 'answer', maxPoints: 0, title: text, source: text, outputs }),
      cellGrade('q', grades, { title: text, reason: text }),
      manualCell('essay', 4, {
        title: text,
        source: text,
        manual: { comment: text, by: text, flagged: text },
      }),
    ],
    { status: 'error', reason: text, notes: [text], submission: { name: text, path: text, hash: text } },
  )
}

/** Whether anything of hostile text has become an element that acts, or an address that leads somewhere. */
function actors(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    for (const element of document.querySelectorAll('body *')) {
      if (/^(img|image|object|embed|link|meta|base|form|input|style|script)$/i.test(element.localName)) {
        const source = element.getAttribute('src') ?? ''
        const own =
          element.localName === 'script' &&
          (element.id !== '' || element.textContent.includes('DecompressionStream'))
        if (!own && !source.startsWith('data:')) found.push(element.outerHTML.slice(0, 200))
      }
      for (const { name, value } of element.attributes) {
        if (/^on/i.test(name)) found.push(`${name}=${value}`)
        if (
          /^(href|src|action|xlink:href)$/i.test(name) &&
          /^\s*(javascript|vbscript|data:text)/i.test(value)
        )
          found.push(`${name}=${value}`)
      }
    }
    return found
  })
}

const pwned = (page: Page) => page.evaluate(() => (window as unknown as { pwned?: unknown }).pwned)

void describe('a student’s page', () => {
  test('lets nothing in any text run, load or lead away', async () => {
    // A page is slow to open, so each holds the cells of several texts, and the head of the first.
    for (let start = 0; start < hostileTexts.length; start += 6) {
      const [first, ...others] = hostileTexts.slice(start, start + 6).map(allOver)
      const result = { ...first!, cells: [...first!.cells, ...others.flatMap(({ cells }) => cells)] }
      const { page, requests } = await open(
        browser,
        feedbackPage(result, assignmentOf(result.cells, result.student), program),
      )
      assert.deepEqual(await actors(page), [], JSON.stringify(result.student.slice(0, 80)))
      assert.equal(await pwned(page), undefined)
      assert.deepEqual(requests, [])
      assert.equal(await page.locator('h1').textContent(), printable(result.student))
      await page.close()
    }
  })

  test('shows points, what was expected in the instructor’s words with formulas, and what a person wrote', async () => {
    const cells = [
      cellGrade('a', [], {
        kind: 'answer',
        maxPoints: 0,
        title: 'The score of $\\mathcal N$',
        source: 'const score = (x: number) => x',
        outputs: [
          { output_type: 'display_data', data: { ...figureBundle(figures.loss!) } },
          { output_type: 'display_data', data: { 'text/html': html } },
        ],
      }),
      cellGrade(
        'q',
        [
          testGrade('sign', 0, 2, {
            expected: 'The score of $\\mathcal N(0, \\sigma^2)$ is $-x/\\sigma^2$.',
            evidence: { given: '[2]', returned: '2', expected: '-2' },
          }),
          testGrade('secret', 0, 1, { hidden: true, evidence: { given: 'SECRET', expected: 'SECRET' } }),
        ],
        {
          title: 'The score of $\\mathcal N$',
          outputs: [{ output_type: 'stream', name: 'stdout', text: 'SECRET' }],
        },
      ),
      manualCell('essay', 4, {
        title: 'Words',
        source: 'It **points** home.',
        manual: { points: 3, comment: 'Nice, *Ada*.', by: 'Curie' },
      }),
    ]
    const ada = result('Ada', cells)
    const { page, requests, errors } = await open(browser, feedbackPage(ada, assignmentOf(cells), program))
    await page.waitForFunction(() => document.querySelector('.figure .main-svg') !== null)
    assert.match((await page.locator('.total').textContent())!, /3 of 7 points/)
    assert.equal(await page.locator('.tests li.failed').count(), 2)
    assert.equal(await page.locator('.expected math').count(), 2)
    assert.match((await page.locator('.evidence').textContent())!, /Your code returned\s*2\s*Expected\s*-2/)
    assert.doesNotMatch((await page.locator('body').textContent())!, /SECRET/)
    assert.match((await page.locator('.manual').textContent())!, /3 of 4 points by Curie\s*Nice, Ada\./)
    assert.equal(await page.locator('.manual em').count(), 1)
    assert.equal(await page.locator('h2 math').count(), 1)
    // The student's own HTML is there to be seen, and does nothing.
    assert.equal(await page.frameLocator('iframe').locator('b').textContent(), 'bold')
    assert.equal(await pwned(page), undefined)
    assert.deepEqual(requests, [])
    const unexpected = errors.filter((error) => !/unsafe-eval|Content Security Policy|sandboxed/.test(error))
    assert.deepEqual(unexpected, [])
    await page.close()
  })

  test('without the program needs no script at all', async () => {
    const { page } = await open(browser, feedbackPage(allOver('x'), assignmentOf(allOver('x').cells)))
    assert.equal(await page.locator('script').count(), 0)
    assert.match(
      (await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content'))!,
      /script-src 'none'/,
    )
    await page.close()
  })
})

void describe('the page of the class', () => {
  const classOf = (names: readonly string[]) => {
    const results = names.map((name, i) => ({
      ...allOver(name),
      ...(i % 3 === 0 && { status: 'ungradable' as const }),
    }))
    return { results, assignment: assignmentOf(results[0]!.cells, names[0]) }
  }

  test('lets nothing in any text run, load or lead away, and leads to every page', async () => {
    const { results, assignment } = classOf(hostileTexts)
    const pages = results.map((_, i) => `feedback/${i}.html`)
    const { page, requests } = await open(browser, classPage(results, assignment, pages))
    assert.deepEqual(await actors(page), [])
    assert.equal(await pwned(page), undefined)
    assert.deepEqual(requests, [])
    const links = await page.evaluate(() =>
      [...document.querySelectorAll('a')].map((a) => a.getAttribute('href')),
    )
    assert.deepEqual(new Set(links), new Set(pages))
    await page.close()
  })

  test('is read by those who do not see it: pictures have words, tables have heads, headings are in order', async () => {
    const { results, assignment } = classOf(['Ada', 'Bob', 'Eve', 'Zoe'])
    const { page } = await open(
      browser,
      classPage(
        results,
        assignment,
        results.map(() => 'feedback/x.html'),
      ),
    )
    assert.match(
      (await page.getByRole('img').getAttribute('aria-label'))!,
      /^Distribution of points: 2 submissions, 0 to \d+ points, mean 1$/,
    )
    const bad = await page.evaluate(() => {
      const found: string[] = []
      for (const table of document.querySelectorAll('table'))
        if (!table.querySelector('thead th[scope="col"]')) found.push('a table without a head')
      const levels = [...document.querySelectorAll('h1, h2, h3')].map((heading) =>
        Number(heading.localName[1]),
      )
      levels.forEach(
        (level, i) => level > (levels[i - 1] ?? 0) + 1 && found.push(`h${level} after h${levels[i - 1]}`),
      )
      if (document.querySelectorAll('h1').length !== 1) found.push('not one h1')
      if (document.documentElement.lang !== 'en') found.push('no language')
      return found
    })
    assert.deepEqual(bad, [])
    await page.close()
  })

  test('is legible in light and in dark', async () => {
    const { results, assignment } = classOf(['Ada', 'Bob', 'Eve'])
    const text = classPage(
      results,
      assignment,
      results.map(() => 'feedback/x.html'),
    )
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(browser, text, {}, { colorScheme })
      const faint = await page.evaluate(faintTexts)
      assert.deepEqual(faint, [], colorScheme)
      await page.close()
    }
  })
})

/** Texts whose contrast with what is behind them is below WCAG's 4.5 to 1. Runs in the page. */
function faintTexts(): string[] {
  const rgb = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color: readonly number[]) => {
    const [r, g, b] = color.slice(0, 3).map((value) => {
      const share = value / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const behind = (element: Element | null): number[] => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || (color[3] ?? 1) > 0) return color
    }
    return [255, 255, 255]
  }
  const found: string[] = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim())
    if (!own || !element.checkVisibility()) continue
    const style = getComputedStyle(element)
    const ink = rgb(element instanceof SVGElement ? style.fill : style.color)
    const [a, b] = [luminance(ink), luminance(behind(element))].sort((x, y) => y - x) as [number, number]
    const contrast = (a + 0.05) / (b + 0.05)
    if (contrast < 4.5) found.push(`${element.textContent.slice(0, 40)}: ${contrast.toFixed(2)}`)
  }
  return found
}

void describe('JUnit XML', () => {
  test('is well formed for any text, and read back is the text', async () => {
    const { page } = await open(browser, '<!doctype html><title>parser</title>')
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const xml = junitXml([allOver(text)], text)
        const read = await page.evaluate((xml) => {
          const document = new DOMParser().parseFromString(xml, 'application/xml')
          const attribute = (selector: string, name: string) =>
            document.querySelector(selector)?.getAttribute(name)
          return {
            error: document.querySelector('parsererror')?.textContent,
            suites: attribute('testsuites', 'name'),
            suite: attribute('testsuite', 'name'),
            cases: [...document.querySelectorAll('testcase')].map((element) => element.getAttribute('name')),
            message: attribute('failure', 'message'),
            failure: document.querySelector('failure')?.textContent,
            counts: ['tests', 'failures', 'errors', 'skipped'].map((name) => attribute('testsuites', name)),
          }
        }, xml)
        assert.equal(read.error, undefined)
        assert.deepEqual([read.suites, read.suite], [printable(text), printable(text)])
        assert.deepEqual(read.cases, [printable(text), 'passed', printable(text)])
        assert.equal(read.message, oneLine(text))
        assert.ok(read.failure!.startsWith(printable(`${text}: ${text}`)))
        assert.deepEqual(read.counts, ['3', '1', '0', '1'])
      }),
      { numRuns: 60 },
    )
    await page.close()
  })

  test('a submission that could not be graded is one error', () => {
    const xml = junitXml([result('ada', [], { status: 'ungradable', reason: 'no notebook' })], 'Week 4')
    assert.match(xml, /<testsuites name="Week 4" tests="1" failures="0" errors="1" skipped="0"/)
    assert.match(xml, /<error message="The submission could not be graded\.">no notebook<\/error>/)
  })
})
