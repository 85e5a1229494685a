import type { ExtensionContext } from 'vscode'
import { activateWith } from './activate'
import { platform as web } from './platform.web'

/** VS Code's web worker host calls this with a context only; in the Node host, `main.node.ts` does, with its platform. */
export const activate = (context: ExtensionContext, platform = web) => activateWith(platform, context)
