import { codedPlace } from '#core/balance/goods-site.ts'
import { isLine, linesOnce, type StatementOf, statementOf } from '#core/balance/lines-once.ts'
import { fact, lotFacts, type ToldFact } from '#core/balance/lot-facts.ts'
import type { LotGoods } from '#core/balance/lots-together.ts'
import { toldOnce } from '#core/balance/told-once.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { loadPapers } from '#flow/documents/load-papers.ts'
import { readTracedVersions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'
import { readAllMentions } from './all-mentions.ts'
import { readTelling } from './read-telling.ts'
import { usedUp } from './used-up.ts'

/** Goods of one lot with everything that is told of what went in and out. */
export interface LoadedLot {
  readonly code: string
  /** The lot, and lines in which the same goods were written down in another system. */
  readonly codes: readonly string[]
  readonly facts: readonly ToldFact[]
  /** Lots of which a quantity is as well that is told of this one. */
  readonly others: readonly LotGoods<ToldFact>[]
  /** Records that mention it, for what it is and where. */
  readonly records: readonly TracedRecord[]
  /** More is told than can be read: nothing is judged. */
  readonly isPartial: boolean
}

const OWN_PAPERS = 20

/** More lots than these in one record are not looked into: how much of it was of each is not known then. */
const TOGETHER_MAX = 100
const OTHERS_AT_ONCE = 500

/** What is told of lots, and of the lots that share a quantity with one of them. */
export async function loadLots(reader: Reader, codes: readonly string[], on: string): Promise<LoadedLot[]> {
  const lots = await loadAlone(reader, codes, on)
  const besideOf = (lot: Omit<LoadedLot, 'others'>): string[] =>
    lot.facts.flatMap(({ beside }) => (beside.length < TOGETHER_MAX ? beside : []))
  const known = new Map<string, LotGoods<ToldFact>>(
    lots.flatMap((lot) => lot.codes.map((code) => [code, goodsOf(lot)] as const)),
  )
  const open = [...new Set(lots.flatMap(besideOf))].filter((code) => !known.has(code))
  for (let from = 0; from < open.length; from += OTHERS_AT_ONCE) {
    const some = await loadAlone(reader, open.slice(from, from + OTHERS_AT_ONCE), on)
    for (const lot of some) known.set(lot.code, goodsOf(lot))
  }
  return lots.map((lot) => ({
    ...lot,
    others: [...new Set(besideOf(lot).flatMap((code) => known.get(code) ?? []))],
  }))
}

const goodsOf = ({ codes, facts, isPartial }: Omit<LoadedLot, 'others'>): LotGoods<ToldFact> => ({
  codes,
  facts: isPartial ? null : facts,
})

/**
 * What is told of lots: the records that name them, the tickets of the stall where one of them alone can be meant, the slaughter that used
 * up the paper they came in under, and what was used of the papers that cover one of them alone. A dozen statements however many lots.
 * @param on `YYYY-MM-DD`, the day of the question
 */
async function loadAlone(
  reader: Reader,
  codes: readonly string[],
  on: string,
): Promise<Omit<LoadedLot, 'others'>[]> {
  const ahead = await readTelling(reader, codes, 'forward')
  const lines = codes.map((code) => ahead.links.filter((link) => link.from === code && isLine(link)))
  const twins = [...new Set(lines.flat().map(({ to }) => to))]
  const beyond =
    twins.length > 0 ? await readTelling(reader, twins, 'forward') : { links: [], isPartial: false }
  const links = [...ahead.links, ...beyond.links]
  const { records, more } = await readAllMentions(reader, [...codes, ...twins])
  const byId = new Map([...records.values()].flat().map((record) => [record.id, record]))
  const statements: StatementOf = (id) => {
    const record = byId.get(id)
    return record && statementOf(record)
  }
  const paired = lines.map((own) => linesOnce(own, statements))
  const groups = codes.map((code, n) => [code, ...(paired[n] ?? []).map(({ to }) => to)])
  const paperFacts = await usedOfPapers(reader, groups, links, on)
  const stallFacts = await soldAtStalls(reader, groups, links)
  const usedFacts = await usedUp(reader, links, [...records.values()].flat())
  return groups.map((group, n) => {
    const own = new Map(group.flatMap((code) => records.get(code) ?? []).map((one) => [one.id, one]))
    const lotOf = new Map((paired[n] ?? []).map((line) => [line.recordId, byId.get(line.withRecord ?? '')]))
    /** A line is what came in where the lot did, at whatever stall its trader writes it down. */
    const withLot = (told: ToldFact): ToldFact => {
      const lot = lotOf.get(told.record)
      return lot ? { ...told, place: codedPlace(lot.body) } : told
    }
    const facts = [
      ...[...own.values()]
        .flatMap((record) => group.flatMap((code) => lotFacts(code, record)).slice(0, 1))
        .map(usedFacts.withArrivals)
        .map(withLot),
      ...(paperFacts.get(n) ?? []),
      ...(stallFacts.get(n) ?? []),
      ...group.flatMap((code) => usedFacts.facts.get(code) ?? []),
    ]
    return {
      code: codes[n] as string,
      codes: group,
      facts: toldOnce({ codes: group, facts: unlike(facts), records: own }),
      records: [...own.values()],
      isPartial: ahead.isPartial || beyond.isPartial || group.some((code) => more.has(code)),
    }
  })
}

/** One record tells of the same goods once. */
const unlike = (facts: readonly ToldFact[]): ToldFact[] => [
  ...new Map(facts.map((one) => [`${one.flow} ${one.record}`, one])).values(),
]

const DOCUMENT = 'doc:'

/** What was used of the papers that a farm's lot left under, where the paper covers no other lot. */
async function usedOfPapers(
  reader: Reader,
  groups: readonly (readonly string[])[],
  links: readonly Link[],
  on: string,
): Promise<Map<number, ToldFact[]>> {
  const covering = links.filter(
    ({ to, rule, kind }) => rule === 'document' && kind === 'dispatch' && to.startsWith(DOCUMENT),
  )
  const papers = [...new Set(covering.map(({ to }) => to))]
  const facts = new Map<number, ToldFact[]>()
  if (papers.length === 0) return facts
  const back = await readTelling(reader, papers, 'back')
  const covered = Map.groupBy(
    back.links.filter(({ rule, kind }) => rule === 'document' && kind === 'dispatch'),
    ({ to }) => to,
  )
  const asked = papers.map((code) => ({ number: code.slice(DOCUMENT.length), type: null, on }))
  const { papers: loaded } = await loadPapers(reader, asked, OWN_PAPERS)
  const used = new Map(loaded.map((one) => [one.question.code, one.usage]))
  for (const [n, group] of groups.entries())
    for (const paper of papers) {
      const froms = new Set((covered.get(paper) ?? []).map(({ from }) => from))
      const usage = used.get(paper)
      if (!usage || usage.sites.length === 0 || froms.size === 0) continue
      if (![...froms].every((from) => group.includes(from))) continue
      // What the dispatch itself used is what the lot left with, not what others took.
      if (usage.sites.every(({ kind }) => kind === 'dispatch')) continue
      const kilograms = usage.used.find(({ unit }) => unit === 'KGM')?.value ?? null
      const counted = usage.used.find(({ unit }) => unit !== 'KGM')
      facts.set(n, [
        ...(facts.get(n) ?? []),
        {
          flow: 'taken',
          record: paper,
          version: 1,
          kind: 'document',
          system: 'papers',
          beside: [],
          day: null,
          kilograms,
          count: counted?.value ?? null,
          countUnit: counted?.unit ?? null,
        },
      ])
    }
  return facts
}

/** Tickets of a stall that can mean one of its lots alone. */
async function soldAtStalls(
  reader: Reader,
  groups: readonly (readonly string[])[],
  links: readonly Link[],
): Promise<Map<number, ToldFact[]>> {
  const taken = links.filter(({ rule }) => rule === 'stall')
  const facts = new Map<number, ToldFact[]>()
  if (taken.length === 0) return facts
  const back = await readTelling(reader, [...new Set(taken.map(({ to }) => to))], 'back')
  const meant = Map.groupBy(
    back.links.filter(({ rule }) => rule === 'stall'),
    ({ to }) => to,
  )
  const records = await readTracedVersions(reader, taken)
  for (const [n, group] of groups.entries())
    for (const { from, to, recordId } of taken) {
      const record = records.get(recordId)
      if (!group.includes(from) || !record) continue
      if (!(meant.get(to) ?? []).every((link) => group.includes(link.from))) continue
      facts.set(n, [...(facts.get(n) ?? []), fact(record, 'sold', record.body)])
    }
  return facts
}
