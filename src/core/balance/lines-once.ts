import { compareDecimal, subtractDecimal } from '#core/decimal.ts'
import { isUntoldType } from '#core/documents/document-type.ts'
import { documentCode } from '#core/lineage/codes.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { measured } from './goods-move.ts'
import { codedPlace } from './goods-site.ts'

/** A record as far as another may tell of the same goods. */
export interface Statement {
  readonly system: string
  /** Alike for records of one place. */
  readonly place: string
  readonly kilograms: string | null
  /** Papers that the goods came under, by type and graph code. */
  readonly papers: readonly Code[]
  /** Whose they are, by scheme and code. */
  readonly owners: readonly Code[]
}

type Code = readonly [of: string, code: string]

/** What a record states; `place` is its place and stall by their codes unless another is given. */
export const statementOf = (
  { system, body }: Pick<TracedRecord, 'system' | 'body'>,
  place = JSON.stringify(codedPlace(body)),
): Statement => ({
  system,
  place,
  kilograms: measured(body, false).kilograms,
  papers: (body.documents ?? []).flatMap(({ role, type, number }) =>
    role === 'upstream' ? [[type, documentCode(number)] as const] : [],
  ),
  owners: (body.parties ?? []).flatMap(({ role, ids }) =>
    role === 'owner' ? ids.map(({ scheme, value }) => [scheme, value] as const) : [],
  ),
})

export type StatementOf = (recordId: string) => Statement | undefined

/** The links by which a line of another system was likely a lot, written down once more. */
export const isLine = ({ rule }: Pick<Link, 'rule'>): boolean => rule === 'same'

/**
 * The links of lines that are a lot: of those of one system that may each be one record of it only one can be that, and each line is one record. As many as can be; first
 * those at their place, then those that are nearest in mass. None that its own system tells beside the lot, none that came under other papers, and none of
 * somebody else of the same name.
 */
export function linesOnce(lines: readonly Link[], of: StatementOf): Link[] {
  const nearest = lines
    .flatMap((line) => {
      const [lot, own] = [of(line.withRecord ?? ''), of(line.recordId)]
      return isOther(lot, own) ? [] : [{ line, ...farness(lot, own) }]
    })
    .sort(
      (a, b) =>
        Number(a.isElsewhere) - Number(b.isElsewhere) ||
        compareDecimal(a.mass, b.mass) ||
        (a.line.to < b.line.to ? -1 : 1),
    )
  return paired(nearest.map(({ line }) => line))
}

/** Whether a line is surely another lot than that of a record. */
export const isOther = (lot: Statement | undefined, line: Statement | undefined): boolean =>
  lot !== undefined &&
  line !== undefined &&
  (lot.system === line.system || areApart(lot.papers, line.papers) || areApart(lot.owners, line.owners))

/** Whether both name some of one type or scheme, and none that the other names. */
function areApart(some: readonly Code[], others: readonly Code[]): boolean {
  const codes = new Set(others.map(([, code]) => code))
  const of = new Set(others.flatMap(([one]) => (isUntoldType(one) ? [] : one)))
  return some.some(([one]) => of.has(one)) && !some.some(([, code]) => codes.has(code))
}

/** How far two records are from telling of the same goods. */
function farness(lot: Statement | undefined, line: Statement | undefined) {
  const mass = subtractDecimal(lot?.kilograms ?? '0', line?.kilograms ?? '0')
  return { isElsewhere: lot?.place !== line?.place, mass: mass.startsWith('-') ? mass.slice(1) : mass }
}

/** Of links in their order as many as leave each line one record, and each record one line of a system: who came first gives way where another record is left for it. */
function paired(links: readonly Link[]): Link[] {
  const ofLine = Map.groupBy(links, ({ to }) => to)
  const taken = new Map<string, Link>()
  // Behind a search that found none there is none for later ones either.
  const closed = new Set<string>()
  const finds = (line: string, seen: Set<string>): boolean =>
    (ofLine.get(line) ?? []).some((link) => {
      const record = `${link.system} ${link.withRecord}`
      if (closed.has(record) || seen.has(record)) return false
      seen.add(record)
      const other = taken.get(record)
      if (other !== undefined && !finds(other.to, seen)) return false
      taken.set(record, link)
      return true
    })
  for (const line of ofLine.keys()) {
    const seen = new Set<string>()
    if (!finds(line, seen)) for (const record of seen) closed.add(record)
  }
  return [...taken.values()]
}
