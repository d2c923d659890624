import { setImmediate as breath } from 'node:timers/promises'
import type { ClientBase, PoolClient } from 'pg'
import { readChanges } from '#store/changes.ts'
import { readSuccessions, type Succession } from './successions.ts'

/** Makes something of each page of the log, and has a position of its own. */
export interface LogReader {
  /** Of its row in `followers`. */
  readonly name: string
  readonly begin: () => PageReading
}

/** What a reader makes of one page. */
export interface PageReading {
  /** Takes the next change. It is parsed once for all readers, and nobody keeps it. */
  readonly note: (succession: Succession) => void
  /** Writes what the noted changes come to. */
  readonly write: (client: PoolClient) => Promise<void>
}

/** A page that a reader noted, and where that failed why. */
export interface Reading extends PageReading {
  readonly name: string
  failure: { readonly error: unknown } | null
}

/** A page of the log as its readers noted it. Nothing of it is written yet, and its changes are kept no longer. */
export interface NotedPage {
  readonly readings: readonly Reading[]
  readonly isEmpty: boolean
  /** Position to go on from. */
  readonly next: bigint
  readonly atHead: boolean
}

/** Which page is meant. */
export interface PageQuery {
  readonly after: bigint
  readonly limit: number
  /** Where other readers stand: no further than that. */
  readonly upTo: bigint | undefined
  readonly readers: readonly LogReader[]
}

/** Changes that are noted before others have their turn: a page is some 100 ms of work, for which pushes would wait. */
const NOTED_AT_ONCE = 50

/** Reads the next changes, each parsed once, and lets all readers note them. */
export async function notePage(
  client: ClientBase,
  { after, limit, upTo, readers }: PageQuery,
): Promise<NotedPage> {
  const { rows, next, atHead } = await readChanges(client, { after, limit, upTo })
  const readings = readers.map(({ name, begin }): Reading => ({ name, ...begin(), failure: null }))
  let count = 0
  for (const succession of await readSuccessions(client, rows)) {
    for (const reading of readings) note(reading, succession)
    count += 1
    if (count % NOTED_AT_ONCE === 0) await breath()
  }
  return { readings, isEmpty: count === 0, next, atHead }
}

function note(reading: Reading, succession: Succession): void {
  if (reading.failure !== null) return
  try {
    reading.note(succession)
  } catch (error) {
    reading.failure = { error }
  }
}
