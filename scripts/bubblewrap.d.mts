export function hasBubblewrap(): boolean
export function needBubblewrap(): Promise<void>
