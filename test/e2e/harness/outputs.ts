/**
 * Reads a cell's outputs out of the page.
 *
 * All outputs of a notebook live in one webview behind the list of cells. Nothing in the page names the cell that an
 * output belongs to, but both are placed by the same coordinates: a container's top in the webview, plus the webview's
 * own, is its cell's top in the list.
 */
import type { ElementHandle } from 'playwright-core'
import type { VSCodeUnderTest } from './vscode'

/** A Plotly figure as it was drawn. */
export interface DrawnFigure {
  /** Each trace's type, and how many points it was given. */
  readonly traces: readonly { readonly type: string; readonly name: string; readonly points: number }[]
  /** How many point marks, lines and filled areas there are in the picture's SVG. */
  readonly marks: number
  readonly paths: number
  /** Pixels on canvases, which WebGL traces are drawn on, that are not left transparent. */
  readonly painted: number
  readonly title: string
  readonly axisTitles: readonly string[]
  /** The computed colours of paper and text. */
  readonly background: string
  readonly textColour: string
  readonly width: number
  readonly height: number
}

/** The container of a cell's outputs in the active editor; undefined while the page has not drawn it. */
async function container(
  code: VSCodeUnderTest,
  index: number,
): Promise<ElementHandle<HTMLElement> | undefined> {
  const editor = await code.activeNotebookElement()
  const frame = await code.outputsOf(editor)
  if (!frame) return undefined
  const top = await code.page.locator(editor).evaluate((editor, index) => {
    const row = editor.querySelector<HTMLElement>(`.monaco-list-row[data-index="${index}"]`)
    const webview = editor.querySelector<HTMLElement>('iframe.webview')?.parentElement
    return row && webview ? parseFloat(row.style.top) - parseFloat(webview.style.top || '0') : undefined
  }, index)
  if (top === undefined) return undefined
  const handle = await frame.evaluateHandle(
    (top) =>
      [...document.querySelectorAll<HTMLElement>('.cell_container')].find(
        (one) => Math.abs(parseFloat(one.style.top) - top) < 2,
      ),
    top,
  )
  return handle.asElement() ?? undefined
}

/** The text of each of a cell's outputs; undefined while the page has not drawn them. */
export async function outputTexts(code: VSCodeUnderTest, index: number): Promise<string[] | undefined> {
  const cell = await container(code, index)
  return cell?.evaluate((cell) =>
    [...cell.querySelectorAll<HTMLElement>('.output')].map((output) => {
      // Renderers may draw inside a shadow root, which innerText does not enter.
      const inside = [output, ...output.querySelectorAll('*')]
        .map((one) => one.shadowRoot)
        .filter((one) => one !== null)
      return [output.innerText, ...inside.map((one) => one.textContent)].join('\n').trim()
    }),
  )
}

/** The Plotly figures of a cell; undefined while the page has not drawn its outputs. */
export async function drawnFigures(code: VSCodeUnderTest, index: number): Promise<DrawnFigure[] | undefined> {
  const cell = await container(code, index)
  return cell?.evaluate((cell) => {
    interface Trace {
      readonly type: string
      readonly name?: string
      readonly x?: ArrayLike<unknown>
      readonly y?: ArrayLike<unknown>
      readonly z?: ArrayLike<unknown>
    }
    interface PlotElement extends HTMLElement {
      readonly _fullData?: readonly Trace[]
    }
    const text = (element: Element | null): string => element?.textContent?.trim() ?? ''
    const all = (within: Element | ShadowRoot): PlotElement[] => [
      ...within.querySelectorAll<PlotElement>('.js-plotly-plot'),
      ...[...within.querySelectorAll('*')].flatMap((one) => (one.shadowRoot ? all(one.shadowRoot) : [])),
    ]
    const painted = (canvas: HTMLCanvasElement): number => {
      if (!canvas.width || !canvas.height) return 0
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!
      copy.drawImage(canvas, 0, 0)
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height)
      let count = 0
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) count++
      return count
    }
    return all(cell).map((plot) => {
      const titles = plot.querySelectorAll(
        '.infolayer [class*="title"] text, .infolayer text[class*="title"]',
      )
      const seen = [...new Set(titles)]
      const axis = seen.filter((one) =>
        /(^|[^g])[xyz]\d*title/.test(one.getAttribute('class') ?? one.parentElement?.className ?? ''),
      )
      const label = plot.querySelector('.xtick text, .ytick text')
      return {
        traces: (plot._fullData ?? []).map(({ type, name, x, y, z }) => ({
          type,
          name: name ?? '',
          points: Math.max(x?.length ?? 0, y?.length ?? 0, z?.length ?? 0),
        })),
        marks: plot.querySelectorAll('.point').length,
        paths: plot.querySelectorAll('.plot path, .trace path').length,
        painted: [...plot.querySelectorAll('canvas')].map(painted).reduce((sum, one) => sum + one, 0),
        title: text(plot.querySelector('.gtitle')),
        axisTitles: axis.map(text).filter(Boolean),
        background: getComputedStyle(plot.querySelector('.main-svg') ?? plot).backgroundColor,
        textColour: label ? getComputedStyle(label).fill : '',
        width: plot.clientWidth,
        height: plot.clientHeight,
      }
    })
  })
}
