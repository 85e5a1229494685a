/** One figure on a page: drawn, updated in place, themed, sized to its column, and taken down again. */
import Plotly from 'plotly.js-dist'
import type { Config, Frame, PlotlyHTMLElement } from 'plotly.js-dist'
import { addStyle } from '../controls/style'
import { describe, type Attributes, type Figure } from '../figures/figure'
import { momentsOf } from '../figures/moments'
import { webglNeed, withoutWebgl } from '../figures/svg'
import { isPad } from '../figures/pad'
import { webglWorks, type ContextBudget, type ContextHolder } from './budget'
import { Letters, type AskLetters, type LetterValues } from './letters'
import { Pad, type Axes, type Drawn } from './pad'
import { pictureOf, type PictureFormat } from './picture'
import { template, type Palette } from './theme'
import { TimeSlider, withoutOwnSlider } from './time'
import { Tools, type PictureHost } from './tools'
import { Zoom } from './zoom'

const DEFAULT_HEIGHT = 400

/** What a figure needs to know about the page that it stands on. */
export interface Surroundings {
  readonly palette: () => Palette
  readonly budget: ContextBudget
  readonly pictures: PictureHost
  /** Hears what is drawn by hand; absent where no cell can. */
  readonly drawn?: Drawn
  /** Asks what letters are in the session; absent where there is none. */
  readonly askLetters?: AskLetters
  /** Whether a figure is as large as the window. */
  readonly fill?: boolean
}

/** What Plotly keeps of the axes that it has drawn. */
interface DrawnPlane {
  readonly _fullLayout: Readonly<
    Record<
      'xaxis' | 'yaxis',
      {
        readonly _offset: number
        readonly _length: number
        readonly range: [number, number]
        p2d(pixels: number): number
        d2p(value: number): number
      }
    >
  >
}

export class FigureView implements ContextHolder {
  visible = true
  seenAt = performance.now()

  readonly #id: string
  readonly #surroundings: Surroundings
  readonly #plot: PlotlyHTMLElement
  readonly #note: HTMLElement
  readonly #sizes: ResizeObserver
  readonly #sight: IntersectionObserver
  readonly #config: Partial<Config>
  #zoom = new Zoom()
  #figure: Figure | undefined
  #stale = false
  #drawing: Promise<void> | undefined
  #disposed = false
  #width = 0
  /** WebGL failed here once, so that it is not tried again. */
  #lost = false
  #drawnWithGl = false
  #pad: Pad | undefined
  #time: TimeSlider | undefined
  readonly #tools: Tools
  readonly #letters: Letters
  /** The figure as it was drawn: at one moment, with what a person did to it. */
  #shown: Figure | undefined

  /**
   * @param element where the figure goes; what is in it is replaced.
   * @param id the same for every version of a figure, so that a person's changes to it are kept.
   */
  constructor(element: HTMLElement, id: string, surroundings: Surroundings) {
    this.#id = id
    this.#surroundings = surroundings
    this.#plot = document.createElement('div') as HTMLElement as PlotlyHTMLElement
    this.#plot.className = 'genbook-figure'
    this.#plot.setAttribute('role', 'img')
    this.#note = document.createElement('div')
    this.#note.className = 'genbook-figure-note'
    this.#note.style.cssText = 'font-size: 12px; opacity: 0.8; padding: 0 4px'
    addStyle()
    this.#letters = new Letters(this.#plot, surroundings.askLetters)
    this.#tools = new Tools(
      { figure: () => this.#figure, picture: (format) => this.#picture(format) },
      surroundings.pictures,
    )
    element.replaceChildren(this.#plot, this.#note, this.#tools.element)
    this.#config = {
      displaylogo: false,
      responsive: false,
      showSendToCloud: false,
      plotlyServerURL: '',
      topojsonURL: '',
      modeBarButtonsToRemove: ['toImage', 'select2d', 'lasso2d'],
    }
    this.#sizes = new ResizeObserver(() => this.#resized())
    this.#sizes.observe(this.#plot)
    this.#sight = new IntersectionObserver((entries) => this.#seen(entries.at(-1)!.isIntersecting))
    this.#sight.observe(this.#plot)
  }

  /** Shows a figure, in place of the one before. Versions that arrive while one is being drawn are skipped but for the last. */
  show(figure: Figure): Promise<void> {
    this.#figure = figure
    this.#plot.setAttribute('aria-label', describe(figure))
    return this.redraw()
  }

  /** Draws again, in the colours of now. */
  redraw(): Promise<void> {
    this.#stale = true
    return (this.#drawing ??= this.#draw())
  }

  /** What letters are in the running session, by their signs. */
  setLetters(values: LetterValues): void {
    this.#letters.setValues(values)
  }

  yieldContexts(): void {
    void this.redraw()
  }

  dispose(): void {
    this.#disposed = true
    this.#sizes.disconnect()
    this.#sight.disconnect()
    this.#release()
    this.#pad?.dispose()
    this.#time?.dispose()
    this.#tools.element.remove()
    Plotly.purge(this.#plot)
    this.#plot.remove()
    this.#note.remove()
  }

  async #draw(): Promise<void> {
    // What comes in the same turn is drawn once.
    await Promise.resolve()
    while (this.#stale && !this.#disposed && this.#figure) {
      this.#stale = false
      try {
        await this.#drawOnce(this.#figure)
        this.#plot.style.visibility = ''
      } catch (error) {
        this.#release()
        Plotly.purge(this.#plot)
        this.#plot.style.visibility = 'hidden'
        this.#say(`This figure cannot be shown. ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    this.#drawing = undefined
  }

  async #drawOnce(wanted: Figure): Promise<void> {
    const given = this.#affordable(wanted)
    if (!given) return
    const figure = this.#pad?.apply(given) ?? this.#atMoment(given)
    this.#shown = figure
    const layout = structuredClone(this.#sized(this.#zoom.apply(figure.layout)))
    this.#plot.style.height = `${typeof layout.height === 'number' ? layout.height : DEFAULT_HEIGHT}px`
    const fresh = this.#plot.data === undefined
    if (fresh) this.#zoom.begin(figure.layout)
    this.#width = this.#plot.clientWidth
    const widest = typeof layout.width === 'number' ? layout.width : Infinity
    for (const below of [this.#time?.element, this.#tools.element])
      if (below) below.style.maxWidth = Number.isFinite(widest) ? `${widest}px` : ''
    await Plotly.react(
      this.#plot,
      // Plotly writes into what it is given; the numbers themselves it leaves alone.
      figure.data.map((trace) => ({ ...trace })),
      {
        template: template(this.#surroundings.palette()),
        uirevision: this.#id,
        ...layout,
        ...(this.#width ? { width: Math.min(this.#width, widest) } : {}),
        ...(reducedMotion() ? { transition: { duration: 0 } } : {}),
      },
      { ...this.#config, ...figure.config },
    )
    if (this.#disposed) return
    if (figure.frames)
      await Plotly.addFrames(this.#plot, structuredClone(figure.frames) as unknown as Partial<Frame>[])
    if (fresh) this.#listen()
    this.#letters.explain()
    if (isPad(figure) && !this.#pad) this.#addPad(figure)
  }

  /** The figure at one of its moments, with the slider that chooses it. */
  #atMoment(figure: Figure): Figure {
    if (!momentsOf(figure)) {
      this.#time?.dispose()
      this.#time = undefined
      return figure
    }
    if (!this.#time) {
      this.#time = new TimeSlider(() => this.redraw())
      this.#plot.after(this.#time.element)
    }
    const shown = this.#time.apply(figure)
    return { ...shown, layout: withoutOwnSlider(shown.layout) }
  }

  /** A layout that fills the window, where that is wanted. */
  #sized(layout: Attributes): Attributes {
    if (!this.#surroundings.fill) return layout
    const below = (this.#time ? 40 : 0) + 48
    return { ...without(layout, 'width'), height: Math.max(240, window.innerHeight - below) }
  }

  /** What is on screen, as a picture. */
  async #picture(format: PictureFormat): Promise<Blob> {
    await this.#drawing
    if (!this.#shown) throw new Error('There is no picture.')
    const { width, height } = this.#plot.getBoundingClientRect()
    const shown = this.#plot.layout as unknown as Attributes
    const widest = typeof this.#shown.layout.width === 'number' ? this.#shown.layout.width : Infinity
    return pictureOf(this.#shown, shown, { width: Math.min(width, widest), height }, format)
  }

  #addPad(figure: Figure): void {
    const plane = () => (this.#plot as unknown as DrawnPlane)._fullLayout
    const at = (clientX: number, clientY: number): readonly [number, number] | undefined => {
      const { xaxis, yaxis } = plane()
      const box = this.#plot.getBoundingClientRect()
      const [x, y] = [clientX - box.left - xaxis._offset, clientY - box.top - yaxis._offset]
      const inside = x >= 0 && x <= xaxis._length && y >= 0 && y <= yaxis._length
      return inside ? [xaxis.p2d(x), yaxis.p2d(y)] : undefined
    }
    const axes: Axes = {
      at,
      on: (x, y) => {
        const { xaxis, yaxis } = plane()
        return [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(y)]
      },
      scale: () => {
        const { xaxis, yaxis } = plane()
        const unit = (axis: typeof xaxis) => axis._length / Math.abs(axis.range[1] - axis.range[0])
        return [unit(xaxis), unit(yaxis)]
      },
      ranges: () => [plane().xaxis.range, plane().yaxis.range],
    }
    const { drawn = () => {} } = this.#surroundings
    this.#pad = new Pad(this.#plot, figure, axes, () => void this.redraw(), drawn)
    this.#note.after(this.#pad.element)
  }

  #listen(): void {
    this.#plot.on('plotly_relayout', (event) => {
      const shown = this.#plot.layout as unknown as Figure['layout']
      if (this.#figure && this.#zoom.record({ ...event }, shown, this.#figure.layout)) void this.redraw()
    })
    const emitter: { on(event: string, heard: () => void): void } = this.#plot
    // Zooming, and hiding a trace by its legend, draw words anew.
    emitter.on('plotly_afterplot', () => this.#letters.explain())
    emitter.on('plotly_webglcontextlost', () => {
      // Contexts that this figure gave up itself are lost on purpose.
      if (!this.#drawnWithGl || this.#disposed) return
      this.#lost = true
      void this.redraw()
    })
  }

  /** The figure in the form that the page can draw now, or nothing, with a note that says why. */
  #affordable(figure: Figure): Figure | undefined {
    this.#say('')
    const need = webglNeed(figure)
    const granted = need !== 'none' && !this.#lost && canUseWebgl() && this.#surroundings.budget.request(this)
    if (!granted) this.#release()
    this.#drawnWithGl = granted
    if (granted || need === 'none') return figure
    if (need === 'preferred') {
      const svg = withoutWebgl(figure)
      if (svg.drawn < svg.points)
        this.#say(
          `${svg.drawn.toLocaleString('en-US')} of ${svg.points.toLocaleString('en-US')} points are drawn, because WebGL is not available${canUseWebgl() ? ' for more figures at once' : ' here'}.`,
        )
      return svg.figure
    }
    Plotly.purge(this.#plot)
    this.#say(
      canUseWebgl() && !this.#lost
        ? 'This figure needs WebGL, which the other figures on screen use up. It is drawn once they are out of sight.'
        : 'This figure needs WebGL, which is not available here.',
    )
    return undefined
  }

  #release(): void {
    this.#drawnWithGl = false
    this.#surroundings.budget.release(this)
    // Otherwise contexts live until the canvases are collected.
    for (const canvas of this.#plot.querySelectorAll<HTMLCanvasElement>('canvas:not(.gl-canvas-pick)'))
      (canvas.getContext('webgl') ?? canvas.getContext('webgl2'))
        ?.getExtension('WEBGL_lose_context')
        ?.loseContext()
  }

  #seen(visible: boolean): void {
    this.visible = visible
    this.seenAt = performance.now()
    if (
      visible &&
      this.#figure &&
      !this.#drawnWithGl &&
      !this.#lost &&
      webglNeed(this.#figure) !== 'none' &&
      canUseWebgl()
    )
      void this.redraw()
  }

  #resized(): void {
    const width = this.#plot.clientWidth
    if (width && width !== this.#width) void this.redraw()
  }

  #say(text: string): void {
    this.#note.textContent = text
  }
}

function without(layout: Attributes, key: string): Attributes {
  return Object.fromEntries(Object.entries(layout).filter(([name]) => name !== key))
}

function reducedMotion(): boolean {
  return (
    matchMedia('(prefers-reduced-motion: reduce)').matches ||
    document.body.classList.contains('vscode-reduce-motion')
  )
}

let works: boolean | undefined
function canUseWebgl(): boolean {
  return (works ??= webglWorks())
}
