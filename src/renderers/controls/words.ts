/** What controls and pictures say. The extension replaces it by the person's language. */
export interface Words {
  readonly controls: string
  readonly runFirst: string
  readonly computing: string
  readonly stop: string
  readonly failed: string
  readonly picture: string
  readonly copy: string
  readonly copyLong: string
  readonly copied: string
  readonly notCopied: string
  readonly png: string
  readonly pngLong: string
  readonly svg: string
  readonly svgLong: string
  readonly large: string
  readonly largeLong: string
  readonly close: string
  readonly play: string
  readonly pause: string
  readonly time: string
  readonly padDone: string
  readonly padText: string
  readonly padCopy: string
  readonly padTools: string
  readonly padPen: string
  readonly padSpray: string
  readonly padEraser: string
  readonly padClasses: string
  readonly padUndo: string
  readonly padClear: string
  readonly padKeys: string
  readonly painterDone: string
  readonly painterCopy: string
  readonly painterBrush: string
  readonly painterSize: string
  readonly painterKeys: string
}

export const english: Words = {
  controls: 'Controls',
  runFirst: 'Run the cell to use them.',
  computing: 'computing…',
  stop: 'Stop',
  failed: 'This picture is older: with these values it failed.',
  picture: 'Picture',
  copy: 'Copy',
  copyLong: 'Copy the picture',
  copied: 'Copied.',
  notCopied: 'The clipboard is not allowed here: save the picture instead.',
  png: 'PNG',
  pngLong: 'Save the picture as PNG',
  svg: 'SVG',
  svgLong: 'Save the picture as SVG',
  large: 'Enlarge',
  largeLong: 'Open the picture large',
  close: 'Close',
  play: 'Play',
  pause: 'Pause',
  time: 'Time',
  padDone: 'Use these points',
  padText: 'The points as text',
  padCopy: 'Copy the points',
  padTools: 'Tools',
  padPen: 'Pen',
  padSpray: 'Spray',
  padEraser: 'Eraser',
  padClasses: 'Classes',
  padUndo: 'Undo',
  padClear: 'Clear',
  padKeys: 'Draw points: arrow keys move the cross, the space bar puts a point, Ctrl+Z takes the last back',
  painterDone: 'Use this picture',
  painterCopy: 'Copy what is painted, as text',
  painterBrush: 'Brush',
  painterSize: 'Size of the brush, in pixels',
  painterKeys:
    'Paint: arrow keys move the brush, with Shift they paint, the space bar paints one dot, + and − change its size, Ctrl+Z takes the last stroke back',
}

let current = english

export function words(): Words {
  return current
}

/** Says everything in another language from now on. */
export function setWords(next: Words): void {
  current = next
}
