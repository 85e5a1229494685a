/** TensorFlow.js and what it lacks: devices, random streams, right second derivatives, lifetimes. */
export { breathe, poll, setHost, type Host } from './host'
export { philox, type PhiloxBlock, type PhiloxKey } from './random/philox'
export { currentStream, RandomStream, setStream, STREAM_VERSION } from './random/stream'
