import type { Pool } from 'pg'
import { isLine, isOther, linesOnce, type Statement, statementOf } from '#core/balance/lines-once.ts'
import { entryPapers, missingPapers } from '#core/documents/entry-papers.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { joiner } from '#core/recall/joiner.ts'
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
}

/**
 * Which lines may be some lots with papers, and for which of them there is one: of the lines of a system each record of a lot is one at most, and a lot that several systems tell, or several lots under one paper in several systems, is there once. A line that
 * names a paper of the lot is that, and no other is. Null where there is more than can be read.
 */
export async function linesOfLots(
  pool: Pool,
  lots: ReadonlySet<string>,
): Promise<ReadonlyMap<string, LineOfLots> | null> {
  if (lots.size === 0) return new Map()
  const { links, isPartial } = await readTelling(pool, [...lots], 'forward')
  if (isPartial) return null
  const lines = links.filter(isLine)
  const records = await readNewestVersions(
    pool,
    lines.flatMap(({ recordId, withRecord }) => [recordId, withRecord ?? '']),
  )
  const statements = new Map([...records].map(([id, record]) => [id, statementOf(record)]))
  const of = (id: string | null): Statement | undefined => statements.get(id ?? '')
  const possible = lines.filter(({ recordId, withRecord }) => !isOther(of(withRecord), of(recordId)))
  const open = bareOnes(onceTold(possible, of), of, records)
  const paired = new Set(linesOnce(open, of).map(({ to }) => to))
  const together = joiner(open.flatMap((link) => [link.to, slotOf(link)]))
  for (const link of open) together.join(link.to, slotOf(link))
  const groups = Map.groupBy(new Set(open.map(({ to }) => to)), together.find)
  return new Map(
    [...groups].flatMap(([group, own]) => {
      const shared = { group, among: own.length, covered: own.filter((to) => paired.has(to)).length }
      return own.map((to) => [to, { ...shared, isPaired: paired.has(to) }] as const)
    }),
  )
}

/** A record of a lot as far as it is a line of one system. */
const slotOf = ({ system, withRecord }: Link): string => `${system} ${withRecord}`

const papersIn = (statement: Statement | undefined): string[] =>
  statement?.papers.map(([, code]) => code) ?? []

/** The links of lines without papers to the records that are left when each line that names their papers has one. */
function bareOnes(
  links: readonly Link[],
  of: (id: string | null) => Statement | undefined,
  records: ReadonlyMap<string, TracedRecord>,
): Link[] {
  const named = links.filter(({ recordId, withRecord }) => {
    const own = new Set(papersIn(of(recordId)))
    return papersIn(of(withRecord)).some((code) => own.has(code))
  })
  const taken = new Set(linesOnce(named, of).map(slotOf))
  const isBare = (id: string): boolean => {
    const body = records.get(id)?.body
    const papers = body === undefined ? null : entryPapers(body)
    return papers !== null && missingPapers(papers) !== null
  }
  return links.filter((link) => !taken.has(slotOf(link)) && isBare(link.recordId))
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
