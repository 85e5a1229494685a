import type { ExtensionContext } from 'vscode'
import { activateWith } from './activate'
import { platform } from './platform.node'

export const activate = (context: ExtensionContext) => activateWith(platform, context)
