/** What a pool and its workers say to each other. Parts are cloned, so that one may be done again; results are transferred. */

/** From the pool. */
export type PoolMessage =
  /** First of all: the numeric kernels, compiled already. */
  | { readonly type: 'start'; readonly kernels: WebAssembly.Module }
  | { readonly type: 'open'; readonly job: number; readonly work: string; readonly setup: unknown }
  | { readonly type: 'part'; readonly job: number; readonly index: number; readonly part: unknown }
  | { readonly type: 'close'; readonly job: number }
  /** Have it look at shared memory for what there is to do, as long as there is. */
  | {
      readonly type: 'attend'
      readonly duty: string
      readonly setup: unknown
      readonly control: SharedArrayBuffer
      readonly data: SharedArrayBuffer
    }

/** From a worker. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly job: number; readonly index: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly job: number; readonly index: number; readonly reason: string }
