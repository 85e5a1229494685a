// Finds an installed Chromium, Chrome or Edge.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
]

/** Where installers put browsers that are not on the PATH. */
function usualPlaces() {
  if (process.platform === 'darwin')
    return ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  if (process.platform === 'win32')
    return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter(Boolean)
      .flatMap((folder) => [
        join(folder, 'Google/Chrome/Application/chrome.exe'),
        join(folder, 'Chromium/Application/chrome.exe'),
        join(folder, 'Microsoft/Edge/Application/msedge.exe'),
      ])
  return ['/snap/bin/chromium']
}

/**
 * @returns the path of an installed Chromium: the one that GENBOOK_CHROMIUM names, else the first on the PATH or in the
 * usual places; undefined where there is none.
 * @throws where GENBOOK_CHROMIUM names a file that cannot be run.
 */
export function findChromium() {
  const chosen = process.env.GENBOOK_CHROMIUM
  if (chosen) {
    if (runnable(chosen)) return chosen
    throw new Error(`GENBOOK_CHROMIUM names ${chosen}, which is no program that can be run.`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name + suffix)))
  return [...onPath, ...usualPlaces()].find(runnable)
}

function runnable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
