export function findChromium(): string | undefined
export function needChromium(): Promise<string>
export const chromiumFlags: readonly string[]
export function softwareVulkan(chromium?: string): string | undefined
