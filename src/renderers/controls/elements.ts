/** Elements that controls, captions and pictures are made of. */

/** An element with properties and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

/** A button that says `label`, and `description` to who cannot see what it stands beside. */
export function pushButton(label: string, press: () => void, look = '', description = ''): HTMLButtonElement {
  const button = element('button', { type: 'button', className: `genbook-button ${look}` }, label)
  if (description) {
    button.setAttribute('aria-label', description)
    button.title = description
  }
  button.addEventListener('click', press)
  return button
}

const OWN_KEYS = new Set(
  'ArrowUp ArrowDown ArrowLeft ArrowRight Home End PageUp PageDown Enter Space Escape Backspace Delete'.split(
    ' ',
  ),
)

/** Keeps the keys that a control understands from VS Code, which would walk through the cells with them. */
export function keepKeys(control: HTMLElement): void {
  control.addEventListener('keydown', (event) => {
    if (OWN_KEYS.has(event.code) && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation()
  })
}
