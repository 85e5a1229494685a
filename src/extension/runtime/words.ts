import { l10n } from 'vscode'
import type { VariableWords, Words } from './messages'

/** What the runtime view says, in the person's language. */
export function runtimeWords(): Words {
  return {
    restart: l10n.t('Restart'),
    restartAndRunAll: l10n.t('Restart and Run All'),
    interrupt: l10n.t('Interrupt'),
    starting: l10n.t('starting'),
    idle: l10n.t('idle'),
    running: l10n.t('running cell [{0}]', '{0}'),
    asking: l10n.t('asks: {0}', '{0}'),
    gone: l10n.t('ended'),
    empty: [
      l10n.t('Nothing runs yet.'),
      l10n.t(
        'Run a cell of a genbook, and its session appears here: the device it computes on, what runs and what waits, its memory, and its variables with shapes, statistics and histograms.',
      ),
      l10n.t('Click a variable there to see it as a table, an image, a picture or a text.'),
    ],
    device: l10n.t('Device'),
    softwareNote: l10n.t('emulated by the processor'),
    tensors: l10n.t('Live tensors'),
    bytes: l10n.t('Tensor memory'),
    now: l10n.t('Running'),
    waiting: l10n.t('Waiting'),
    nothingRuns: l10n.t('nothing'),
    nothingWaits: l10n.t('nothing'),
    sampling: l10n.t('Sampling'),
    training: l10n.t('Training'),
    fused: l10n.t('in one go on {0}', '{0}'),
    plain: l10n.t('step by step: {0}', '{0}'),
    deviceLost: l10n.t('The device was lost.'),
    variables: variableWords(),
  }
}

function variableWords(): VariableWords {
  return {
    title: l10n.t('Variables'),
    filter: l10n.t('Filter by name, type or shape'),
    name: l10n.t('Name'),
    kind: l10n.t('Type'),
    shape: l10n.t('Shape'),
    value: l10n.t('Value, or mean ± deviation'),
    range: l10n.t('Range'),
    histogram: l10n.t('Histogram'),
    memory: l10n.t('Memory'),
    none: l10n.t('No variables yet: what cells declare with const, let, function or class is listed here.'),
    noneFit: l10n.t('No variable fits the filter.'),
    gone: l10n.t('The session has ended, and its variables with it. Restart, and run the cells again.'),
    parameters: l10n.t('{0} parameters', '{0}'),
    changed: l10n.t('changed by the last run'),
    old: l10n.t('from before its last change: newer numbers follow when the session has time for them'),
    nan: l10n.t('{0} NaN', '{0}'),
    infinite: l10n.t('{0} infinite', '{0}'),
    noFinite: l10n.t('no finite value'),
    ofFirst: l10n.t('of the first {0} values', '{0}'),
    open: l10n.t('Open {0} in an editor', '{0}'),
    setBy: l10n.t('set by cell [{0}]', '{0}'),
    histogramOf: l10n.t('Histogram from {0} to {1}', '{0}', '{1}'),
    count: l10n.t('{0} of {1}', '{0}', '{1}'),
  }
}
