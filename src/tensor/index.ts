/** TensorFlow.js and what it lacks: devices, random streams, right second derivatives, lifetimes. */
export { attention } from './attention'
export {
  deviceInUse,
  onDeviceLost,
  selectBackend,
  type BackendChoice,
  type BackendFiles,
  type BackendName,
  type Device,
} from './backend'
export { constant } from './constant'
export { bytesPer, contentsOf, type Contents } from './contents'
export { correctSecondDerivatives } from './gradients'
export { groupNorm, type GroupNormOptions } from './groupNorm'
export { holding } from './holding'
export {
  beginTask,
  breathe,
  poll,
  reached,
  setHost,
  watching,
  type Host,
  type Milestone,
  type Path,
  type Task,
  type TaskOptions,
} from './host'
export { affine, silu } from './layers'
export { keepingTensors, parameter, TensorLedger, type EndOptions, type Memory } from './lifetime'
export { affineOnto, convolutionOnto } from './onto'
export { particleNormals, particlesOf, ParticleStream } from './random/particles'
export { philox, type PhiloxBlock, type PhiloxKey } from './random/philox'
export { cellTf, rerouteRandom } from './random/reroute'
export { OutOfMemoryError, peakBytes } from './outOfMemory'
export { Pace } from './pace'
export { leaveGpu } from './offGpu'
export { mayFuse, setFusing, tellFused, tellPlain, withFusing } from './paths'
export { readNow } from './readNow'
export { currentStream, RandomStream, setStream, STREAM_VERSION } from './random/stream'
export {
  adamUpdate,
  adamUpdates,
  mixAllInto,
  mixInto,
  sumOfSquares,
  type AdamParameter,
  type AdamStep,
} from './updates'
export { isDifferentiated, recordsFirstDerivatives } from './tape'
export { counted, told } from './told'
export { threadCount, useWorkers, workerProblem, type WorkerHost, type WorkerLink } from './workers'
