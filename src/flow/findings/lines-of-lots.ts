import type { Pool } from 'pg'
import { goodsMoves } from '#core/balance/goods-move.ts'
import { isLine, isOther, linesOnce, type Statement, statementOf } from '#core/balance/lines-once.ts'
import { goodsSubject } from '#core/findings/subjects.ts'
import { joiner } from '#core/joiner.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import { readTelling } from '#flow/balance/read-telling.ts'
import { readNewestVersions } from '#store/newest-versions.ts'

/** A line without papers that may be one of some lots with papers. */
export interface LineOfLots {
  /** Alike for lines that may be the same lots. */
  readonly group: string
  /** Whether one of the lots is left for it, where each is one line of a system; of lines of a group nobody knows which. */
  readonly isPaired: boolean
  /** How many lines the group has, at whatever place, and for how many of them there is a lot. */
  readonly among: number
  readonly covered: number
  readonly recordId: string
  /** The goods of a place and day that it is. */
  readonly subjects: readonly string[]
}

/** What is known of the papers of a line. */
export interface JudgedLine {
  /** Whether it lacks papers by what its own records say. */
  readonly isBare: boolean
  /** The lots with papers that it may be. */
  readonly lots: readonly string[]
}

/** Judges lines by their codes. */
export type JudgeLines = (lines: ReadonlyMap<string, Body | undefined>) => Promise<Map<string, JudgedLine>>

/** Lots of lines of lots, and so on: all of one trader, product and day, with masses from one to the next. */
const STEPS_MAX = 10

/**
 * Which lines may be some lots with papers, and for which of them there is one: of the lines of a system each record of a lot is one at most, and a lot that several systems tell, or several lots under one paper in several systems, is there once. A line that
 * names a paper of the lot is that, and no other is. The same for each of the lots and lines that hang together, whichever of them is asked for. Null where there is more than can be read.
 */
export async function linesOfLots(
  pool: Pool,
  lots: ReadonlySet<string>,
  judge: JudgeLines,
): Promise<ReadonlyMap<string, LineOfLots> | null> {
  const lines: Link[] = []
  const judged = new Map<string, JudgedLine>()
  const records = new Map<string, TracedRecord>()
  const seen = new Set(lots)
  let next = lots
  for (let step = 0; next.size > 0; step++) {
    const { links, isPartial } = await readTelling(pool, [...next], 'forward')
    if (isPartial || step === STEPS_MAX) return null
    const found = links.filter(isLine)
    lines.push(...found)
    const ids = found.flatMap(({ recordId, withRecord }) => [recordId, withRecord ?? ''])
    const unread = ids.filter((id) => !records.has(id))
    for (const [id, record] of await readNewestVersions(pool, unread)) records.set(id, record)
    const open = found.filter(({ to }) => !judged.has(to))
    const bodies = new Map(open.map(({ to, recordId }) => [to, records.get(recordId)?.body]))
    for (const [code, one] of await judge(bodies)) judged.set(code, one)
    next = new Set(open.flatMap(({ to }) => judged.get(to)?.lots ?? []).filter((lot) => !seen.has(lot)))
    for (const lot of next) seen.add(lot)
  }
  const statements = new Map([...records].map(([id, record]) => [id, statementOf(record)]))
  const of = (id: string | null): Statement | undefined => statements.get(id ?? '')
  const possible = lines.filter(({ recordId, withRecord }) => !isOther(of(withRecord), of(recordId)))
  const open = leftOf(onceTold(possible, of), of).filter(
    ({ to, recordId }) => judged.get(to)?.isBare === true && subjectsOf(records.get(recordId)).length > 0,
  )
  const paired = new Set(linesOnce(open, of).map(({ to }) => to))
  const together = joiner(open.flatMap((link) => [link.to, slotOf(link)]))
  for (const link of open) together.join(link.to, slotOf(link))
  const recordOf = new Map(open.map(({ to, recordId }) => [to, recordId]))
  return new Map(
    [...Map.groupBy(recordOf, ([to]) => together.find(to))].flatMap(([group, own]) => {
      const covered = own.filter(([to]) => paired.has(to)).length
      const shared = { group, among: own.length, covered }
      return own.map(([to, recordId]) => {
        const subjects = subjectsOf(records.get(recordId))
        return [to, { ...shared, isPaired: paired.has(to), recordId, subjects }] as const
      })
    }),
  )
}

/** The goods of a place and day that are asked for papers by a record; none where they came in on a test alone. */
const subjectsOf = (record: TracedRecord | undefined): string[] =>
  record === undefined
    ? []
    : goodsMoves(record.kind, record.id, record.body).flatMap((move) =>
        move.isBare ? [goodsSubject(move)] : [],
      )

/** A record of a lot as far as it is a line of one system. */
const slotOf = ({ system, withRecord }: Link): string => `${system} ${withRecord}`

const papersIn = (statement: Statement | undefined): string[] =>
  statement?.papers.map(([, code]) => code) ?? []

/** The links to the records that are left when each line that names their papers has one. */
function leftOf(links: readonly Link[], of: (id: string | null) => Statement | undefined): Link[] {
  const named = links.filter(({ recordId, withRecord }) => {
    const own = new Set(papersIn(of(recordId)))
    return papersIn(of(withRecord)).some((code) => own.has(code))
  })
  const taken = new Set(linesOnce(named, of).map(slotOf))
  return links.filter((link) => !taken.has(slotOf(link)))
}

/** The links to what one system tells of each lot, the one that tells most: what others tell of it, or of lots under its papers, is the same. */
function onceTold(links: readonly Link[], of: (id: string | null) => Statement | undefined): Link[] {
  const codesOf = ({ from, withRecord }: Link): string[] => [
    `record ${withRecord}`,
    from,
    ...papersIn(of(withRecord)),
  ]
  const same = joiner(links.flatMap(codesOf))
  for (const link of links) for (const code of codesOf(link)) same.join(link.from, code)
  const groups = Map.groupBy(links, (link) => `${link.system} ${same.find(link.from)}`)
  return [...groups.values()].flatMap((own) => {
    const tellers = [...Map.groupBy(own, ({ withRecord }) => of(withRecord)?.system ?? '')]
    const [most] = tellers
      .map(([system, told]) => ({
        system,
        told,
        records: new Set(told.map(({ withRecord }) => withRecord)).size,
      }))
      .sort((a, b) => b.records - a.records || (a.system < b.system ? -1 : 1))
    return most?.told ?? []
  })
}
