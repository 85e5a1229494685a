import type { DebugProtocol } from '@vscode/debugprotocol'
import * as vscode from 'vscode'
import type { DebugScope, Stopped } from '../../kernel/debug/protocol'

/** Cells run one after another, which is one thread. */
export const THREAD = 1

export const EXCEPTION_FILTER = 'uncaught'

export const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsEvaluateForHovers: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsExceptionInfoRequest: true,
  supportsTerminateRequest: true,
  supportTerminateDebuggee: true,
  exceptionBreakpointFilters: [
    {
      filter: EXCEPTION_FILTER,
      label: vscode.l10n.t('Uncaught Errors'),
      description: vscode.l10n.t('Pauses where an error is thrown that no cell catches.'),
      default: true,
    },
  ],
}

export function scopeName(kind: DebugScope['kind']): string {
  switch (kind) {
    case 'milestone':
      return vscode.l10n.t('Reached')
    case 'local':
      return vscode.l10n.t('Local')
    case 'closure':
      return vscode.l10n.t('Closure')
    case 'cell':
      return vscode.l10n.t('This Cell')
    case 'session':
      return vscode.l10n.t('Session')
  }
}

/** Why the cell is paused, as VS Code shows it. */
export function describePause({ reason, text }: Stopped): {
  reason: string
  description?: string
  text?: string
} {
  switch (reason) {
    case 'milestone':
      return { reason: 'step', description: vscode.l10n.t('Paused at {0}', text ?? '') }
    case 'exception':
      return { reason, ...(text !== undefined && { text }), description: vscode.l10n.t('Paused on error') }
    // VS Code shows the variables by itself at breakpoints only, if the person wants that.
    case 'entry':
      return { reason: 'breakpoint', description: vscode.l10n.t('Paused before the first line') }
    case 'breakpoint':
      if (text === undefined) return { reason }
      return {
        reason,
        text,
        description: vscode.l10n.t('The condition of the breakpoint could not be evaluated: {0}', text),
      }
    case 'step':
    case 'pause':
      return { reason }
  }
}
