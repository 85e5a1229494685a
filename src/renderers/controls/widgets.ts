/** One control on a page: what a person sees and moves. */
import { painterWidget } from './painterWidget'
import { element, keepKeys, pushButton } from './elements'
import {
  describeValue,
  type ButtonSpec,
  type ChoiceSpec,
  type ControlSpec,
  type ControlValue,
  type SliderSpec,
  type ToggleSpec,
} from './specification'

/** Hears what a person does; settled when they let go. */
export type Moved = (value: ControlValue, settled: boolean) => void

export interface Widget {
  /** Side by side: what it is called, the control, its value. */
  readonly parts: readonly HTMLElement[]
  enable(enabled: boolean): void
  /** Takes the value that was stored, unless the person holds the control just now. */
  show(spec: ControlSpec): void
}

let names = 0

/** The widget for a control. */
export function widget(spec: ControlSpec, moved: Moved): Widget {
  switch (spec.kind) {
    case 'slider':
      return sliderWidget(spec, moved)
    case 'choice':
      return choiceWidget(spec, moved)
    case 'toggle':
      return toggleWidget(spec, moved)
    case 'button':
      return buttonWidget(spec, moved)
    case 'painter':
      return painterWidget(spec, moved)
  }
}

function labelled(label: string, control: HTMLElement): HTMLLabelElement {
  control.id = `genbook-control-${++names}`
  keepKeys(control)
  return element('label', { htmlFor: control.id }, label)
}

function sliderWidget(spec: SliderSpec, moved: Moved): Widget {
  const { from, to, step, label } = spec
  const input = element('input', {
    type: 'range',
    min: String(from),
    max: String(to),
    step: String(step),
    value: String(spec.value),
  })
  const value = element('output', {}, describeValue(spec.value))
  const say = () => {
    value.textContent = describeValue(input.valueAsNumber)
    input.setAttribute('aria-valuetext', value.textContent)
  }
  let held = false
  input.addEventListener('pointerdown', () => (held = true))
  input.addEventListener('pointerup', () => (held = false))
  input.addEventListener('input', () => {
    say()
    moved(input.valueAsNumber, false)
  })
  input.addEventListener('change', () => moved(input.valueAsNumber, true))
  say()
  return {
    parts: [labelled(label, input), input, value],
    enable: (enabled) => void (input.disabled = !enabled),
    show(next) {
      if (held || next.kind !== 'slider') return
      input.value = String(next.value)
      say()
    },
  }
}

function choiceWidget(spec: ChoiceSpec, moved: Moved): Widget {
  const options = spec.options.map((option) => element('option', { value: option }, option))
  const select = element('select', { className: 'wide' }, ...options)
  select.value = spec.value
  select.addEventListener('change', () => moved(select.value, true))
  return {
    parts: [labelled(spec.label, select), select],
    enable: (enabled) => void (select.disabled = !enabled),
    show: (next) => void (next.kind === 'choice' && (select.value = next.value)),
  }
}

function toggleWidget(spec: ToggleSpec, moved: Moved): Widget {
  const box = element('input', { type: 'checkbox', checked: spec.value, className: 'wide' })
  box.addEventListener('change', () => moved(box.checked, true))
  return {
    parts: [labelled(spec.label, box), box],
    enable: (enabled) => void (box.disabled = !enabled),
    show: (next) => void (next.kind === 'toggle' && (box.checked = next.value)),
  }
}

function buttonWidget(spec: ButtonSpec, moved: Moved): Widget {
  const button = pushButton(spec.label, () => moved(null, true), 'wide')
  keepKeys(button)
  return { parts: [button], enable: (enabled) => void (button.disabled = !enabled), show: () => {} }
}
