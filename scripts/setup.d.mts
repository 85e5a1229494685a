export function setUp(): Promise<void>
export function firstDifference(folder: string): string | undefined
