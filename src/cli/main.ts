#!/usr/bin/env node
/** The `genbook` command. Sees to a Node that is new enough, and only then loads the rest. */
import { modernNode, runAgainOn } from './node'

const node = modernNode()
if (node === undefined) {
  console.error(
    `genbook needs Node 22.12 or later, and this is ${process.version}. Install Node 24 (https://nodejs.org) and run the command again.`,
  )
  process.exit(2)
} else if (node !== process.execPath) process.exit(await runAgainOn(node))
else {
  const { main } = await import('./program')
  process.exitCode = await main(process.argv.slice(2))
}
