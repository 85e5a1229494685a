import type { ExtensionContext } from 'vscode'
import * as extension from './main'
import { platform } from './platform.node'

export const activate = (context: ExtensionContext) => extension.activate(context, platform)
