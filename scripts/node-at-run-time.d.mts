import type { Plugin } from 'esbuild'

export const nodeAtRunTime: Plugin
