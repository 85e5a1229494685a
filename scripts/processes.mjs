// Child processes: run one to its end, or start one with everything it starts and be sure that all of it ends with us.
// Plain JavaScript without dependencies: it runs before set-up.
import { spawn, spawnSync } from 'node:child_process'

const windows = process.platform === 'win32'

/**
 * Runs a command to its end without showing what it prints.
 * @returns its exit status (1 where it was killed or does not exist) and everything it printed.
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, ...options })
    let output = ''
    child.stdout.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (output += text))
    child.on('error', (error) => resolve({ status: 1, output: `${output}${error.message}\n` }))
    child.on('close', (status) => resolve({ status: status ?? 1, output }))
  })
}

/** Runs a command to its end on this terminal. @returns its exit status; 1 where it was killed or does not exist. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', windowsHide: true, ...options })
    const release = endWithUs(() => child.kill())
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`)
      release()
      resolve(1)
    })
    child.on('close', (status) => {
      release()
      resolve(status ?? 1)
    })
  })
}

/**
 * Starts a command in a process group of its own, which ends when `stop` is called or when this process does.
 * @returns the child, `stop`, and `ended`; both resolve when the child has ended.
 */
export function startGroup(command, args, options = {}) {
  const child = spawn(command, args, { ...options, detached: !windows, windowsHide: true })
  const ended = new Promise((resolve) => {
    child.on('close', resolve)
    child.on('error', resolve)
  })
  const signalAll = (signal) => {
    if (child.pid === undefined || child.exitCode !== null) return
    if (windows) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'])
    else
      try {
        process.kill(-child.pid, signal)
      } catch (error) {
        if (error.code !== 'ESRCH') throw error
      }
  }
  const release = endWithUs(() => signalAll('SIGKILL'))
  const stop = async () => {
    signalAll('SIGTERM')
    const patience = setTimeout(() => signalAll('SIGKILL'), 5000)
    await ended
    clearTimeout(patience)
    release()
  }
  return { child, stop, ended }
}

const last = new Set()

/** Has `action` called when this process ends in any way that can be noticed. @returns a function that takes it back. */
export function endWithUs(action) {
  if (!last.size) {
    process.on('exit', runAll)
    for (const signal of signals) process.on(signal, exitBy)
  }
  last.add(action)
  return () => {
    last.delete(action)
    if (last.size) return
    process.off('exit', runAll)
    for (const signal of signals) process.off(signal, exitBy)
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

function runAll() {
  for (const action of last) action()
}

function exitBy(signal) {
  process.exit(signal === 'SIGINT' ? 130 : 143)
}
