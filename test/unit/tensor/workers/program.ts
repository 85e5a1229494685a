import { serve, type WorkerPort } from '../../../../src/tensor/workers/serve'
import { works } from './works'

declare const port: WorkerPort

Object.assign(globalThis, { genbookWorker: true })
serve(port, works)
