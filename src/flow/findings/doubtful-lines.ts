import type { Pool } from 'pg'
import { findingId } from '#core/findings/finding-id.ts'
import { isPending } from '#core/findings/finding-kinds.ts'
import type { Lacking } from '#core/findings/missing-words.ts'
import { goodsSubject, readSubject } from '#core/findings/subjects.ts'
import { readClosedRecords } from '#store/findings.ts'
import { readPlaces } from '#store/goods-moves.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readNewestVersions } from '#store/newest-versions.ts'
import { ownRecords } from './judging.ts'
import type { Found, FoundRecord } from './uncovered.ts'

/** Lines among which some have papers, and nobody knows which. */
export interface DoubtfulLines {
  /** How many of those at the place lack papers. */
  readonly lacking: number
  readonly among: number
  readonly covered: number
}

/** Records that lack papers, and lines among which some do. */
export interface FoundWithout extends Found {
  /** By the group of the lines. */
  readonly doubtful: ReadonlyMap<string, DoubtfulLines>
}

/** Without lines that are lots with papers: of those that may be the same lots all are, where there is a lot for each. */
export function withoutCovered({ moves, isWhole }: Found): FoundWithout {
  const groups = Map.groupBy(
    moves.filter(({ line }) => line !== undefined),
    ({ line }) => line?.group ?? '',
  )
  const doubtful = new Map(
    [...groups].flatMap(([group, own]) => {
      const lacking = own.filter(({ line }) => line?.isPaired === false).length
      const { among = 0, covered = 0 } = own[0]?.line ?? {}
      return lacking === 0 ? [] : [[group, { lacking, among, covered }] as const]
    }),
  )
  return {
    moves: moves.filter(({ line }) => line === undefined || doubtful.has(line.group)),
    isWhole,
    doubtful,
  }
}

/** What is found of records, where some of the lines among them have papers. */
export interface Without {
  /** What each of those lacks that lack papers. */
  readonly lacking: readonly Lacking[]
  /** How many lines there are among which some have papers, and how many have; null where there are none. */
  readonly doubt: { readonly among: number; readonly covered: number } | null
}

/** @param moves those of them of which no official has decided */
export function withoutPapers(
  moves: readonly FoundRecord[],
  doubtful: ReadonlyMap<string, DoubtfulLines>,
): Without {
  const lackingOf = (some: readonly FoundRecord[]): Lacking[] =>
    some.flatMap(({ lacking }) => (lacking ? [lacking] : []))
  const groups = [...Map.groupBy(moves, ({ line }) => (line && doubtful.has(line.group) ? line.group : null))]
  const told = groups.map(([group, own]) => {
    const of = group === null ? undefined : doubtful.get(group)
    return { of, lacking: lackingOf(own).slice(0, of?.lacking) }
  })
  const doubts = told.flatMap(({ of }) => of ?? [])
  const sum = (of: (one: DoubtfulLines) => number): number => doubts.reduce((all, one) => all + of(one), 0)
  const doubt = { among: sum(({ among }) => among), covered: sum(({ covered }) => covered) }
  return { lacking: told.flatMap(({ lacking }) => lacking), doubt: doubts.length === 0 ? null : doubt }
}

/**
 * Of the goods of records for which no lot is left those at other places of which it is not found yet: a line that came elsewhere took the lot that they were covered by. Only what surely is
 * found when it is judged: two places that never found it would have each other judged for ever.
 * @param without the records with the goods that they are
 * @param judged the subjects that are judged now, under the codes of their places
 */
export async function notFoundYet(
  pool: Pool,
  without: ReadonlyMap<string, readonly string[]>,
  judged: ReadonlySet<string>,
): Promise<string[]> {
  const ours = await ownRecords(pool, [...without.keys()])
  const goods = [...without].flatMap(([recordId, subjects]) =>
    subjects.flatMap((subject) => {
      const read = readSubject(subject)
      return read?.is === 'goods' && ours.has(recordId) ? [{ ...read, recordId }] : []
    }),
  )
  if (goods.length === 0) return []
  const places = await readPlaces(
    pool,
    goods.map(({ site }) => site),
  )
  const hub = await readHubId(pool)
  const others = goods.flatMap(({ recordId, ...one }) => {
    const subject = goodsSubject({ ...one, site: places.get(one.site)?.site ?? one.site })
    return judged.has(subject) ? [] : [{ recordId, subject, id: findingId(hub, 'no_paper', subject) }]
  })
  const ids = [...new Set(others.map(({ id }) => id))]
  const closed = await readClosedRecords(pool, ids)
  const found = await readNewestVersions(pool, ids)
  const isOpen = (id: string): boolean => isPending(found.get(id)?.body.state ?? '')
  return others.flatMap(({ recordId, subject, id }) =>
    isOpen(id) || closed.get(id)?.has(recordId) ? [] : [subject],
  )
}
