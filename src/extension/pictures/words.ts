import { l10n } from 'vscode'
import type { Variable } from '../../kernel/protocol'
import type { Words } from '../../renderers/controls/words'

/** What controls and pictures say, in the person's language. */
export function rendererWords(): Words {
  return {
    controls: l10n.t('Controls'),
    runFirst: l10n.t('Run the cell to use them.'),
    computing: l10n.t('computing…'),
    stop: l10n.t('Stop'),
    failed: l10n.t('This picture is older: with these values it failed.'),
    picture: l10n.t('Picture'),
    copy: l10n.t('Copy'),
    copyLong: l10n.t('Copy the picture'),
    copied: l10n.t('Copied.'),
    notCopied: l10n.t('The clipboard is not allowed here: save the picture instead.'),
    png: l10n.t('PNG'),
    pngLong: l10n.t('Save the picture as PNG'),
    svg: l10n.t('SVG'),
    svgLong: l10n.t('Save the picture as SVG'),
    large: l10n.t('Enlarge'),
    largeLong: l10n.t('Open the picture large'),
    close: l10n.t('Close'),
    play: l10n.t('Play'),
    pause: l10n.t('Pause'),
    time: l10n.t('Time'),
    padDone: l10n.t('Use these points'),
    padText: l10n.t('The points as text'),
    padCopy: l10n.t('Copy the points'),
    padTools: l10n.t('Tools'),
    padPen: l10n.t('Pen'),
    padSpray: l10n.t('Spray'),
    padEraser: l10n.t('Eraser'),
    padClasses: l10n.t('Classes'),
    padUndo: l10n.t('Undo'),
    padClear: l10n.t('Clear'),
    padKeys: l10n.t(
      'Draw points: arrow keys move the cross, the space bar puts a point, Ctrl+Z takes the last back',
    ),
    painterDone: l10n.t('Use this picture'),
    painterCopy: l10n.t('Copy what is painted, as text'),
    painterBrush: l10n.t('Brush'),
    painterSize: l10n.t('Size of the brush, in pixels'),
    painterKeys: l10n.t(
      'Paint: arrow keys move the brush, with Shift they paint, the space bar paints one dot, + and − change its size, Ctrl+Z takes the last stroke back',
    ),
  }
}

/** A variable behind a letter of a picture, in one line. */
export function variableInWords({ name, summary, origin }: Variable): string {
  return origin
    ? l10n.t('In this session: {0} = {1}, set by [{2}]', name, summary, origin.count)
    : l10n.t('In this session: {0} = {1}', name, summary)
}
