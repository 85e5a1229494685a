import type { Plugin } from 'esbuild'

export const assembly: Plugin
