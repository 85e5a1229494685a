import { l10n } from 'vscode'
import type { Words } from './messages'

/** What the runtime view says, in the person's language. */
export function runtimeWords(): Words {
  return {
    restart: l10n.t('Restart'),
    restartAndRunAll: l10n.t('Restart and Run All'),
    interrupt: l10n.t('Interrupt'),
    starting: l10n.t('starting'),
    idle: l10n.t('idle'),
    running: l10n.t('running cell [{0}]', '{0}'),
    gone: l10n.t('ended'),
    empty: l10n.t('Run a cell of a genbook, and its device, memory and variables appear here.'),
    device: l10n.t('Device'),
    softwareNote: l10n.t('emulated by the processor'),
    tensors: l10n.t('Live tensors'),
    bytes: l10n.t('Tensor memory'),
    variables: l10n.t('Variables'),
    name: l10n.t('Name'),
    kind: l10n.t('Kind'),
    summary: l10n.t('Value'),
    noVariables: l10n.t('No variables yet.'),
    deviceLost: l10n.t('The device was lost.'),
  }
}
