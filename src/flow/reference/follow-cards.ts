import type { ClientBase } from 'pg'
import { codeRegion } from '#core/reference/code-region.ts'
import {
  codeParts,
  type Description,
  descriptionsOf,
  SUBJECTS,
  type Subject,
} from '#core/reference/describe.ts'
import { newestRecords } from '#core/reference/newest-records.ts'
import type { LogReader, PageReading } from '#flow/follow/noted-page.ts'
import type { Succession } from '#flow/follow/successions.ts'
import {
  bornOf,
  type CodeChange,
  countCodes,
  type DescriptionCount,
  type DescriptionRow,
  readDescriptionCounts,
  writeDescriptions,
} from '#store/cards.ts'
import { digestUuid } from '#store/digest-uuid.ts'
import { regroup } from './regroup.ts'

/** Whoever changes cards holds the row of this follower. */
export const CARDS = 'cards'

/** Keeps the cards of parties and sites: what the newest versions of all records say of each code, and which codes are of one party. */
export const cardsReader: LogReader = { name: CARDS, begin: readCards }

export type Saying = Description & { readonly system: string }

/** One description and what the changes do to it, in their order. */
interface Tally {
  readonly description: Saying
  readonly moves: { readonly recordId: string; readonly by: 1 | 0 | -1 }[]
  firstSeen: string
  lastSeen: string
}

interface Tallies {
  readonly descriptions: Map<string, Tally>
  readonly codes: Map<string, CodeChange & { records: number }>
  /** Identifiers of what was said, by its text: a page says most things many times. */
  readonly identifiers: Map<string, string>
}

function readCards(): PageReading {
  const tallies: Tallies = { descriptions: new Map(), codes: new Map(), identifiers: new Map() }
  return { note: (succession) => tally(succession, tallies), write: (client) => writeCards(client, tallies) }
}

async function writeCards(client: ClientBase, tallies: Tallies): Promise<void> {
  if (tallies.descriptions.size === 0) return
  const known = await readDescriptionCounts(client, [...tallies.descriptions.keys()])
  const rows = [...tallies.descriptions].map(([id, one]) => rowOf(id, one, known.get(id)))
  await writeDescriptions(client, rows)
  const turned = await countCodes(client, [...tallies.codes.values()])
  for (const subject of SUBJECTS) {
    const touched = retied(subject, rows, known, tallies)
    // The oldest code of a card is the oldest that is still named, so a card may be called otherwise without a tie less.
    for (const one of turned)
      if (one.subject === subject && !touched.has(one.code)) touched.set(one.code, null)
    if (touched.size > 0) await regroup(client, subject, [...touched.keys()], { records: touched })
  }
}

function tally(
  { change, now, before, receivedAt }: Succession,
  { descriptions, codes, identifiers }: Tallies,
): void {
  const { recordId, system, position } = change
  const says = sayings(now, system, identifiers)
  const said = sayings(before, system, identifiers)
  for (const [id, description] of says) {
    const one = tallyOf(descriptions, id, description, receivedAt)
    one.moves.push({ recordId, by: said.has(id) ? 0 : 1 })
    if (receivedAt < one.firstSeen) one.firstSeen = receivedAt
    if (receivedAt > one.lastSeen) one.lastSeen = receivedAt
  }
  for (const [id, description] of said) {
    if (says.has(id)) continue
    const seen = before?.receivedAt ?? receivedAt
    tallyOf(descriptions, id, description, seen).moves.push({ recordId, by: -1 })
  }
  const named = codesOf(says)
  const hadNamed = codesOf(said)
  for (const [key, { subject, code }] of [...named, ...hadNamed]) {
    let one = codes.get(key)
    if (!one) {
      one = newCode(subject, code, position)
      codes.set(key, one)
    }
    if (named.has(key) && !hadNamed.has(key)) one.records++
    else if (!named.has(key) && hadNamed.has(key)) one.records--
  }
}

function tallyOf(descriptions: Map<string, Tally>, id: string, description: Saying, seen: string): Tally {
  const known = descriptions.get(id)
  if (known) return known
  const made: Tally = { description, moves: [], firstSeen: seen, lastSeen: seen }
  descriptions.set(id, made)
  return made
}

/** What was read of a record, for as long as the page has it: two readers of the log ask the same. */
const read = new WeakMap<NonNullable<Succession['now']>, ReadonlyMap<string, Saying>>()
const NOTHING: ReadonlyMap<string, Saying> = new Map()

/** What a version says, each thing once, by the digest of it. */
export function sayings(
  record: Succession['now'],
  system: string,
  identifiers: Map<string, string>,
): ReadonlyMap<string, Saying> {
  if (record === null) return NOTHING
  const known = read.get(record)
  if (known) return known
  const found = new Map<string, Saying>()
  for (const description of descriptionsOf(record.kind, record)) {
    const { subject, codes, name, kind, region, role, personal } = description
    const said = JSON.stringify([subject, codes, system, name, kind, region, role, personal])
    let id = identifiers.get(said)
    if (id === undefined) {
      id = digestUuid(said)
      identifiers.set(said, id)
    }
    found.set(id, { ...description, system })
  }
  read.set(record, found)
  return found
}

export function codesOf(
  descriptions: ReadonlyMap<string, Description>,
): Map<string, { subject: Subject; code: string }> {
  const found = new Map<string, { subject: Subject; code: string }>()
  for (const { subject, codes } of descriptions.values())
    for (const code of codes) found.set(`${subject} ${code}`, { subject, code })
  return found
}

const newCode = (subject: Subject, code: string, position: bigint): CodeChange & { records: number } => ({
  subject,
  code,
  value: codeParts(code).value,
  region: codeRegion(code),
  born: bornOf(subject, code),
  firstPosition: String(position),
  records: 0,
})

function rowOf(id: string, one: Tally, known: DescriptionCount | undefined): DescriptionRow {
  const newest = newestRecords(known?.newest ?? [])
  let records = known?.records ?? 0
  for (const { recordId, by } of one.moves) {
    records += by
    if (by < 0) newest.drop(recordId)
    else newest.put(recordId)
  }
  const { firstSeen, lastSeen } = one
  return { id, ...one.description, records, firstSeen, lastSeen, newest: newest.list() }
}

/** Codes whose ties changed, because several of them began or ended to be named together, with the record that did it. */
function retied(
  subject: Subject,
  rows: readonly DescriptionRow[],
  known: ReadonlyMap<string, DescriptionCount>,
  { descriptions }: Tallies,
): Map<string, string | null> {
  const touched = new Map<string, string | null>()
  for (const row of rows) {
    const isNamed = row.records > 0
    const wasNamed = (known.get(row.id)?.records ?? 0) > 0
    if (row.subject !== subject || row.codes.length < 2 || isNamed === wasNamed) continue
    const cause = descriptions.get(row.id)?.moves.at(-1)?.recordId ?? null
    for (const code of row.codes) touched.set(code, cause)
  }
  return touched
}
