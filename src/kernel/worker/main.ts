/**
 * The kernel's program: one script that loads nothing, because webviews' workers cannot. It is the same under Node, where
 * `node.ts` evaluates it in a function whose parameter is the host.
 */
import type { Environment } from './environment'
import { Kernel } from './kernel'
import { webHost } from './web'

/** What a kernel is started by. */
export interface Host {
  readonly environment: Environment
  /** Passes messages on to the kernel, and errors that nobody caught. */
  readonly connect: (kernel: Pick<Kernel, 'receive' | 'uncaught'>) => void
}

declare const host: Host | undefined

const { environment, connect } = typeof host === 'undefined' ? webHost() : host
connect(new Kernel(environment))
