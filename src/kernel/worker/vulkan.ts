/** Whether Linux has a Vulkan loader: without one, Dawn prints a warning of its own that nothing can hold back. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

const LIBRARY = 'libvulkan.so.1'
const LOADER_CACHE = '/etc/ld.so.cache'

/**
 * Looks where the dynamic linker does: LD_LIBRARY_PATH and its cache, then its default folders.
 *
 * @param cache the linker's cache, and `folders` its default folders: only tests give others.
 */
export async function hasVulkan(
  environment: NodeJS.ProcessEnv = process.env,
  cache = LOADER_CACHE,
  folders: readonly string[] = ['/lib', '/usr/lib', '/lib64', '/usr/lib64'],
): Promise<boolean> {
  const searched = [...(environment.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean), ...folders]
  const found = await Promise.all(
    searched.map((folder) =>
      stat(join(folder, LIBRARY)).then(
        () => true,
        () => false,
      ),
    ),
  )
  if (found.includes(true)) return true
  const names = await readFile(cache, 'latin1').catch(() => '')
  return names.includes(LIBRARY)
}
