/** What `import … from 'genbook/tensor'` gives to cells: random streams, and a say in long loops of one's own. */
export { breathe, currentStream, poll, RandomStream, STREAM_VERSION } from '../../../tensor'
