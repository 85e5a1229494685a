/** Small things said in the same words everywhere. */
import type { Device } from '../kernel/protocol'

/** `850 ms`, `12.4 s`, `3 min 20 s` */
export function seconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const whole = Math.round(milliseconds / 1000)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** `1 cell`, `2 cells` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

export function deviceName({ backend, name, reason }: Device): string {
  const what = name.toLowerCase().includes(backend) ? name : `${name} (${backend})`
  return reason ? `${what}: ${reason}` : what
}
