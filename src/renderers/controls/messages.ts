/** What passes between the notebook renderer and the extension. */
import type { Json } from '../figures/figure'
import type { ControlValue } from './specification'
import type { Words } from './words'

/** Renderer → extension. */
export type RendererMessage =
  /** The renderer has begun, and wants to know the state. */
  | { readonly type: 'hello' }
  /** A person moved a control; settled when they let go of it. */
  | {
      readonly type: 'change'
      readonly control: string
      readonly value: ControlValue
      readonly settled: boolean
    }
  /** A person does not want the live picture that is being computed. */
  | { readonly type: 'stop' }
  /** A picture is to become a file. */
  | { readonly type: 'save'; readonly name: string; readonly base64: string }
  /** A figure is to be shown in a tab of its own. */
  | { readonly type: 'open'; readonly title: string; readonly figure: Json }
  /** The mouse is on a picture with letters of these signs: what are they in the session? */
  | { readonly type: 'letters'; readonly signs: readonly string[] }

/** Extension → renderer. */
export type HostMessage =
  /** Cells whose controls have a session behind them, and the live pictures that are being computed. */
  | { readonly type: 'live'; readonly cells: readonly string[]; readonly computing: readonly string[] }
  | { readonly type: 'words'; readonly words: Words }
  /** What the letters that were asked for are in the session, in words, by their signs; those without a value are absent. */
  | { readonly type: 'letters'; readonly values: Readonly<Record<string, string>> }

/** What a tab that shows one picture asks for, and what it is told. */
export type TabMessage = Extract<RendererMessage, { readonly type: 'save' | 'letters' }>
export type TabAnswer = Extract<HostMessage, { readonly type: 'letters' }>

/** The cell that declared a control. */
export function cellOf(control: string): string {
  return control.slice(0, Math.max(0, control.lastIndexOf('/')))
}
