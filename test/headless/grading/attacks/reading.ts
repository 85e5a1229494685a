/** Reading what is none of a student's business. */
import type { Attack } from './attack'

function reads(name: string, code: string, reason: RegExp, more: Partial<Attack> = {}): Attack {
  return {
    name,
    first: `async function double(x: number): Promise<any> { ${code} }`,
    status: 'error',
    reason,
    ...more,
  }
}

export const reading: readonly Attack[] = [
  reads('the environment', 'return process.env', /not defined/),
  reads('the network', 'return await (await fetch("http://127.0.0.1:80/")).text()', /not defined/),
  reads(
    'the network by an old door',
    'const r = new XMLHttpRequest(); r.open("GET", "http://localhost", false); r.send(); return r.response',
    /not defined/,
  ),
  reads('the network by a socket', 'return new WebSocket("ws://localhost")', /not defined/),
  reads('the master', 'return (await import("../master.genbook" as never))', /cannot be imported/),
  reads('other submissions', 'return (await import("./ada.genbook" as never))', /cannot be imported/),
  reads('the parent process', 'return (globalThis as any).process.ppid', /undefined/),
  reads(
    'a name by the network',
    'return (await new Function("return import(\'node:dns\')")()).promises.resolve("localhost")',
    /cannot be imported|callback was not specified/i,
  ),
  reads(
    'the memory of its process',
    'return (await new Function("return import(\'node:fs\')")()).readFileSync("/proc/self/mem")',
    /cannot be imported|callback was not specified/i,
  ),
  reads(
    'what is left on the disk',
    'return (await new Function("return import(\'node:fs\')")()).readdirSync("/tmp")',
    /cannot be imported|callback was not specified/i,
  ),
  reads('its caller', 'return (double as any).caller.toString()', /caller/),
  reads('the stack', 'return new Error().stack!.includes("2 * x") ? 2 * x : 0', /expected, and 0 came back/, {
    status: 'failed',
  }),
  reads(
    'every global',
    'return Object.getOwnPropertyNames(globalThis).map((name) => String((globalThis as any)[name])).find((text) => text.includes("17, -5.5")) ? 2 * x : 0',
    /expected, and 0 came back/,
    { status: 'failed' },
  ),
  reads(
    'the memory of its tests',
    'return Object.values(await import("genbook")).map(String).join().includes("x + x") ? 2 * x : 0',
    /expected, and 0 came back/,
    { status: 'failed' },
  ),
  reads('whether it is graded', 'return typeof fetch === "undefined" ? 3 * x : 2 * x', /expected, and/, {
    status: 'failed',
  }),
  reads(
    'whether it is graded, by the clock and the stack',
    'return new Error().stack!.split("\\n").length > 30 || performance.now() < 0 ? 0 : 3 * x',
    /expected, and/,
    { status: 'failed' },
  ),
  reads(
    'whether it is graded, by the random numbers',
    'return [Math.random(), Math.random()].every((u) => u > 2) ? 2 * x : 0',
    /expected, and/,
    { status: 'failed' },
  ),
  {
    name: 'a table of the visible values',
    first: 'function double(x: number) { return ({ 1: 2, 2: 4, 3: 6 } as Record<number, number>)[x] }',
    status: 'failed',
    reason: /not what was expected/,
    points: 2,
  },
]
