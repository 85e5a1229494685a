export const root: string
export const hostSize: string
export function hostInstalled(): boolean
export function installHost(): Promise<void>
export function freePort(): Promise<number>
export function unpackExtension(vsix: string, folder: string): void
export const chromiumFlags: readonly string[]
export function findChromium(): string | undefined
export function needChromium(): Promise<string>

export interface HostOptions {
  /** Folders, each with one unpacked extension. */
  readonly extensions?: readonly string[]
  /** What VS Code opens. */
  readonly folder: string
  readonly port?: number
  readonly settings?: Readonly<Record<string, unknown>>
}

export interface RunningHost {
  readonly address: string
  stop(): Promise<void>
}

export function startServerHost(options: HostOptions & { readonly log?: string }): Promise<RunningHost>
export function startWebHost(options: HostOptions): Promise<RunningHost>
