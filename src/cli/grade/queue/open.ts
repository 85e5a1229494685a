/** Opens a queue. pg-boss is a file of its own, which only the commands that need it load. */
import { pathToFileURL } from 'node:url'
import { built } from '../../built'
import { messageOf, UsageError } from '../../failure'
import type * as Boss from './boss'
import type { Queue } from './queue'

export const DATABASE = 'GENBOOK_DATABASE'

/** @throws UsageError where there is no address, or nobody answers there */
export async function connect(database: string | undefined, options: Boss.QueueOptions): Promise<Queue> {
  const url = database ?? process.env[DATABASE]
  if (!url)
    throw new UsageError(
      `Name the database with --database postgres://user@host/name, or in the environment as ${DATABASE} (which keeps a password out of lists of processes).`,
    )
  const { openQueue } = (await import(pathToFileURL(built.queue).href)) as typeof Boss
  try {
    return await openQueue(url, options)
  } catch (error) {
    throw new UsageError(
      `The queue could not be opened: ${reasonOf(error)}. It needs PostgreSQL 13 or later, and the right to make a schema in the database.`,
    )
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return messageOf(error)
}
