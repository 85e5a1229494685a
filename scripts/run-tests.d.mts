export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly minutes?: number
  readonly concurrency?: number
  readonly passed?: Set<string>
  readonly each?: boolean
  readonly say?: (text: string) => void
}

export function runTests(
  files: readonly string[],
  options?: RunOptions,
): Promise<{ readonly passed: number; readonly failed: number; readonly failures: readonly string[] }>
