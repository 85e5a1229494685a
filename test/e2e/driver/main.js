// Runs functions that the tests send, with VS Code's extension API as their first argument. It asks the test's own
// server for them, because an extension in a browser's worker cannot be called from outside.
const vscode = require('vscode')

let active = true

exports.activate = (context) => {
  const { channel } = context.extension.packageJSON
  void serve(channel, `${Date.now()}-${Math.random()}`)
}

exports.deactivate = () => {
  active = false
}

async function serve(channel, driver) {
  await post(`${channel}/hello`, { driver })
  while (active) {
    try {
      const response = await fetch(`${channel}/next?driver=${driver}`)
      // 204: nothing to do yet. 410: a newer window has taken over.
      if (response.status === 410) return
      if (response.status === 200) void perform(channel, await response.json())
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

async function perform(channel, { id, source, args }) {
  let reply
  try {
    const run = new Function(`return (${source})`)()
    reply = { id, value: (await run(vscode, ...args)) ?? null }
    JSON.stringify(reply)
  } catch (error) {
    reply = { id, error: String(error?.stack ?? error) }
  }
  await post(`${channel}/reply`, reply)
}

/** As plain text, which needs no permission to cross origins. */
function post(address, value) {
  return fetch(address, { method: 'POST', body: JSON.stringify(value) })
}
