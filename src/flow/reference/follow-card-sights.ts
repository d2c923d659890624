import type { ClientBase } from 'pg'
import { newestRecords } from '#core/reference/newest-records.ts'
import type { LogReader, PageReading } from '#flow/follow/noted-page.ts'
import type { Succession } from '#flow/follow/successions.ts'
import {
  type CodeSight,
  countCodeSights,
  type DescriptionSight,
  readDescriptionSights,
  writeDescriptionSights,
} from '#store/card-sights.ts'
import { codesOf, type Saying, sayings } from './follow-cards.ts'

/** Keeps which systems and regions say what stands on cards, for callers who see a part: apart by the region of the records. */
export const cardSightsReader: LogReader = { name: 'card-sights', begin: readSights }

/** One description in one region and what the changes do to it, in their order. */
interface Tally {
  readonly id: string
  readonly region: string
  readonly system: string
  readonly moves: { readonly recordId: string; readonly by: 1 | 0 | -1 }[]
  firstSeen: string
  lastSeen: string
}

interface Tallies {
  readonly said: Map<string, Tally>
  readonly codes: Map<string, CodeSight & { records: number }>
  readonly identifiers: Map<string, string>
}

function readSights(): PageReading {
  const tallies: Tallies = { said: new Map(), codes: new Map(), identifiers: new Map() }
  return { note: (succession) => tally(succession, tallies), write: (client) => write(client, tallies) }
}

async function write(client: ClientBase, { said, codes }: Tallies): Promise<void> {
  if (said.size === 0) return
  const known = new Map(
    (await readDescriptionSights(client, [...said.values()])).map((row) => [keyOf(row.id, row.region), row]),
  )
  await writeDescriptionSights(
    client,
    [...said].map(([key, one]) => rowOf(one, known.get(key))),
  )
  const moved = [...codes.values()].filter(({ records }) => records !== 0)
  if (moved.length > 0) await countCodeSights(client, moved)
}

function tally({ change, now, before, receivedAt }: Succession, tallies: Tallies): void {
  const { recordId, system } = change
  const says = sayings(now, system, tallies.identifiers)
  const said = sayings(before, system, tallies.identifiers)
  const [here, there] = [now, before].map((record) => record?.region?.code ?? '') as [string, string]
  const isMoved = here !== there
  for (const id of says.keys()) {
    const one = tallyOf(tallies, { id, region: here, system }, receivedAt)
    one.moves.push({ recordId, by: said.has(id) && !isMoved ? 0 : 1 })
    if (receivedAt < one.firstSeen) one.firstSeen = receivedAt
    if (receivedAt > one.lastSeen) one.lastSeen = receivedAt
  }
  for (const id of said.keys()) {
    if (says.has(id) && !isMoved) continue
    const seen = before?.receivedAt ?? receivedAt
    tallyOf(tallies, { id, region: there, system }, seen).moves.push({ recordId, by: -1 })
  }
  count(tallies, says, { system, region: here }, 1)
  count(tallies, said, { system, region: there }, -1)
}

function tallyOf(
  { said }: Tallies,
  of: { readonly id: string; readonly region: string; readonly system: string },
  seen: string,
): Tally {
  const key = keyOf(of.id, of.region)
  const known = said.get(key)
  if (known) return known
  const made: Tally = { ...of, moves: [], firstSeen: seen, lastSeen: seen }
  said.set(key, made)
  return made
}

function count(
  { codes }: Tallies,
  sayings: ReadonlyMap<string, Saying>,
  { system, region }: { readonly system: string; readonly region: string },
  by: 1 | -1,
): void {
  for (const [name, { subject, code }] of codesOf(sayings)) {
    const key = `${system} ${region} ${name}`
    const known = codes.get(key)
    if (known) known.records += by
    else codes.set(key, { subject, code, system, region, records: by })
  }
}

const keyOf = (id: string, region: string): string => `${id} ${region}`

function rowOf(
  { id, region, system, moves, firstSeen, lastSeen }: Tally,
  known: { readonly records: number; readonly newest: readonly string[] } | undefined,
): DescriptionSight {
  const newest = newestRecords(known?.newest ?? [])
  let records = known?.records ?? 0
  for (const { recordId, by } of moves) {
    records += by
    if (by < 0) newest.drop(recordId)
    else newest.put(recordId)
  }
  return { id, region, system, records, firstSeen, lastSeen, newest: newest.list() }
}
