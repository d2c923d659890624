import type { PoolClient } from 'pg'
import { readConfirmedOrders } from '#store/confirmed-orders.ts'
import { type Head, readArrivals, readBodies, readHeads, readHistory } from '#store/heads.ts'
import { readOwners } from '#store/peer-versions.ts'
import type { Restoration } from '#store/restorations.ts'
import { readWaitingVoids } from '#store/waiting-voids.ts'
import { readWholes } from '#store/wholes.ts'
import type { Known } from './known-records.ts'
import { isHigher } from './late.ts'
import type { PreparedMessage } from './prepared.ts'
import { type KnownWhole, knownWhole, lineIds, mayBeEnded, toldLines, wholesOf } from './wholes.ts'

/** As much of a message as tells which records it touches. */
type Decided = Pick<PreparedMessage, 'sources' | 'deferred' | 'replay' | 'peer'>

/** Reads what must be known of the records before it can be decided what becomes of them: one query in the common case. */
export async function readKnown(
  client: PoolClient,
  messages: readonly Decided[],
  restoration: Restoration | null,
): Promise<Known> {
  const ids = new Set<string>()
  const coming = new Set<string>()
  for (const { sources } of messages) {
    for (const { records } of sources) {
      for (const record of records) {
        ids.add(record.id)
        if (record.operation === 'upsert') coming.add(record.id)
      }
    }
  }
  const { wholes, tellers } = await readKnownWholes(client, messages)
  const endable = mayBeEnded(messages, wholes)
  for (const id of endable) ids.add(id)
  for (const { sources, replay } of messages) {
    // A replay asks which lines of an order are its own.
    if (replay)
      for (const { whole } of sources) if (whole?.lines) for (const id of lineIds(whole)) ids.add(id)
  }
  if (ids.size === 0)
    return {
      heads: new Map(),
      confirmed: new Map(),
      bodies: new Map(),
      history: new Map(),
      replaced: new Map(),
      waiting: new Map(),
      awaited: new Set(),
      arrivals: new Map(),
      owners: new Map(),
      ...{ wholes, tellers },
      restoration,
    }
  const { heads, awaited } = await readHeads(client, [...ids])
  const { changed, voids, ended } = sortByNeed(messages, heads, endable)
  const history = changed.length ? await readHistory(client, changed) : new Map()
  const compared = [...new Set([...voids, ...ended])]
  const bodies = compared.length ? await readBodies(client, compared) : new Map()
  const wanted = awaited.filter((id) => coming.has(id))
  const waiting = wanted.length ? await readWaitingVoids(client, wanted) : new Map()
  const touched = messages.some(({ deferred }) => deferred) ? [...changed, ...voids] : []
  const arrivals = await readArrivals(client, touched)
  const owners = await readOwners(client, [...changed, ...voids])
  const confirmed = await readConfirmedOrders(client, [...changed, ...voids])
  for (const [id, order] of confirmed) {
    const head = heads.get(id)
    if (head && isHigher(order, head.order)) heads.set(id, { ...head, order })
  }
  return {
    heads,
    confirmed,
    bodies,
    history,
    replaced: new Map(),
    waiting,
    awaited: new Set(awaited),
    arrivals,
    owners,
    ...{ wholes, tellers },
    restoration,
  }
}

/** The orders and sheets of these messages by their keys, and by their numbers the other sheets that told their rows last. */
async function readKnownWholes(
  client: PoolClient,
  messages: readonly Decided[],
): Promise<Pick<Known, 'wholes' | 'tellers'>> {
  const asked = wholesOf(messages)
  const tellers = new Map<string, KnownWhole>()
  if (asked.size === 0) return { wholes: new Map(), tellers }
  const among = new Set([...asked.values()].flatMap((one) => one.among ?? []))
  const ids = new Set([...asked.values()].map(({ id }) => id))
  const rows = await readWholes(client, [...ids], [...toldLines(messages)], [...among])
  const wholes = new Map([...asked].map(([key, one]) => [key, knownWhole(one, rows.get(one.id))]))
  for (const [id, row] of rows) {
    if (!ids.has(id)) wholes.set(id, knownWhole({ id, among: row.among }, row))
  }
  for (const whole of wholes.values())
    if (whole.among !== null) for (const id of whole.lines.keys()) tellers.set(id, whole)
  return { wholes, tellers }
}

function sortByNeed(
  messages: readonly Decided[],
  heads: ReadonlyMap<string, Head>,
  endable: ReadonlySet<string>,
): { changed: string[]; voids: string[]; ended: string[] } {
  const changed = new Set<string>()
  const voids = new Set<string>()
  // What comes is compared with what their void said.
  const ended = new Set<string>()
  for (const id of endable) {
    if (heads.get(id)?.status !== 'active') continue
    changed.add(id)
    voids.add(id)
  }
  for (const { sources, replay, peer } of messages) {
    for (const { records, whole } of sources) {
      if (replay && whole) for (const id of lineIds(whole)) if (heads.has(id)) changed.add(id)
      // What ends because it is told no more depends on whether the rest was sent before.
      if (records.some(({ id, operation }) => operation === 'untold' && heads.get(id)?.status === 'active'))
        for (const { id } of records) changed.add(id)
      for (const { id, operation, content } of records) {
        const head = heads.get(id)
        if (!head || (operation === 'untold' && head.status === 'void')) continue
        // A replay asks of every record where its versions came from, and a peer which versions there are.
        if (replay || peer) changed.add(id)
        if (operation === 'upsert' && head.status === 'void') ended.add(id)
        if (operation !== 'upsert') voids.add(id)
        else if (content && !(head.status === 'active' && content.hash === head.hash)) changed.add(id)
      }
    }
  }
  return { changed: [...changed], voids: [...voids], ended: [...ended] }
}
