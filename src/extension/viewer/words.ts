import { l10n } from 'vscode'
import type { ViewerWords } from './messages'

/** What the page of a variable says, in the person's language. */
export function viewerWords(): ViewerWords {
  return {
    forms: l10n.t('Show as'),
    table: l10n.t('Table'),
    image: l10n.t('Image'),
    picture: l10n.t('Picture'),
    text: l10n.t('Text'),
    rows: l10n.t('rows {0} to {1} of {2}', '{0}', '{1}', '{2}'),
    previous: l10n.t('Previous'),
    next: l10n.t('Next'),
    first: l10n.t('First row shown'),
    moreColumns: l10n.t('{0} more columns are not shown', '{0}'),
    waiting: l10n.t('Read as soon as no cell runs …'),
    gone: l10n.t('{0} is not in the session any more. Run the cell that declares it again.', '{0}'),
    notNumbers: l10n.t('The memory of {0} was given back.', '{0}'),
    cut: l10n.t('Only the beginning is shown.'),
    empty: l10n.t('There are no values: one of the axes has length 0.'),
    setBy: l10n.t('set by cell [{0}]', '{0}'),
  }
}
