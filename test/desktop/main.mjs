// npm run test:desktop: the extension in a desktop VS Code, which @vscode/test-electron downloads. Not part of
// `npm test`, which needs no download from VS Code's own servers and drives VS Code in the browser instead.
import { join } from 'node:path'
import { runTests } from '@vscode/test-electron'
import { root } from '../../scripts/node.mjs'
import { build } from '../../scripts/package.mjs'

build()
process.exitCode = await runTests({
  extensionDevelopmentPath: root,
  extensionTestsPath: join(root, 'test/desktop/suite.cjs'),
  launchArgs: [join(root, 'examples'), '--disable-extensions', '--disable-workspace-trust'],
}).catch((error) => {
  console.error(`The desktop test could not be run or failed: ${error.message}`)
  return 1
})
