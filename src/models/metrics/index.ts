export * as metrics from './metrics'
