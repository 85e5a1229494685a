/** The program of the workers. Whoever starts it puts `port` before it, which is how it is reached. */
import { serve, type WorkerPort } from './serve'
import { duties, works } from './works'

declare const port: WorkerPort

serve(port, works, duties)
