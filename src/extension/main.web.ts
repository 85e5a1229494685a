import type { ExtensionContext } from 'vscode'
import { activateWith } from './activate'
import { platform } from './platform.web'

export const activate = (context: ExtensionContext) => activateWith(platform, context)
