import { l10n } from 'vscode'
import type { Finding } from '../../notebook/grading/finding'
import type { Role } from '../../notebook/grading/roles'

interface RoleWords {
  readonly icon: string
  readonly label: string
  /** What marking a cell so means. */
  readonly detail: string
}

/** How a role is shown. */
export function wordsOf(role: Role): RoleWords {
  switch (role) {
    case 'solution':
      return {
        icon: '$(edit)',
        label: l10n.t('Solution'),
        detail: l10n.t('Students write code here, and test cells grade it'),
      }
    case 'test':
      return {
        icon: '$(beaker)',
        label: l10n.t('Tests'),
        detail: l10n.t('Grades the solutions above, for points; students cannot change it'),
      }
    case 'manual':
      return {
        icon: '$(comment)',
        label: l10n.t('Manual answer'),
        detail: l10n.t('Students write text or code here, and a person grades it'),
      }
    case 'task':
      return {
        icon: '$(tasklist)',
        label: l10n.t('Task'),
        detail: l10n.t('Students answer in cells of their own below it, and a person grades them'),
      }
    case 'locked':
      return {
        icon: '$(lock)',
        label: l10n.t('Locked'),
        detail: l10n.t('Students read and run it, and cannot change it'),
      }
    case 'plain':
      return {
        icon: '$(dash)',
        label: l10n.t('Not graded'),
        detail: l10n.t('An ordinary cell'),
      }
  }
}

/** `1 point`, `2.5 points` */
export function pointsText(points: number): string {
  const rounded = Number(points.toFixed(2))
  return rounded === 1 ? l10n.t('1 point') : l10n.t('{0} points', rounded)
}

/** What was found, in the person's language. */
export function findingText({ template, args }: Finding): string {
  return l10n.t(template, ...args)
}
