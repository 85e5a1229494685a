import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { hasVulkan } from '../../../src/kernel/worker/vulkan'

test('the Vulkan loader is found in the search path, in the linker’s cache, and nowhere else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'genbook-vulkan-'))
  try {
    const empty = join(folder, 'empty.cache')
    const cache = join(folder, 'ld.so.cache')
    await writeFile(empty, 'libc.so.6\0/lib/libc.so.6\0')
    await writeFile(cache, 'libc.so.6\0/lib/libc.so.6\0libvulkan.so.1\0/usr/lib/libvulkan.so.1\0')
    assert.equal(await hasVulkan({}, empty, []), false)
    assert.equal(await hasVulkan({}, join(folder, 'missing'), []), false)
    assert.equal(await hasVulkan({}, cache, []), true)
    await writeFile(join(folder, 'libvulkan.so.1'), '')
    assert.equal(await hasVulkan({ LD_LIBRARY_PATH: `/nowhere:${folder}` }, empty, []), true)
    assert.equal(await hasVulkan({}, empty, [folder]), true)
  } finally {
    await rm(folder, { recursive: true })
  }
})
