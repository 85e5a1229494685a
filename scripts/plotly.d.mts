import type { Plugin } from 'esbuild'

export const plotlyWithoutMaps: Plugin
export function loadedPlotly(load?: string): Plugin
