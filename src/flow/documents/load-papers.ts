import type { DocumentType } from '#core/documents/document-type.ts'
import { differsFromAll, type PaperGoods } from '#core/documents/paper-goods.ts'
import { atGate, type PaperUsage, usageOf } from '#core/documents/paper-usage.ts'
import { partOf } from '#core/documents/papers-together.ts'
import { documentCode } from '#core/lineage/codes.ts'
import { isUntold, knownType } from '#flow/trace/document-issue.ts'
import type { Counting } from '#store/document-mentions.ts'
import { readUsage } from '#store/document-uses.ts'
import type { Reader } from '#store/sighted.ts'
import type { UsageRow, UsedGoods } from '#store/usage-row.ts'
import { type AskedPaper, type KnownPaper, knownPapers, type Snapshot, typesOfUses } from './known-papers.ts'
import { usePartOf, withRefundsOf } from './use-parts.ts'

/** A paper with what was used of it. */
export interface LoadedPaper extends KnownPaper {
  /** As its own records say, else as it was asked for, else as those say that used it. */
  readonly type: DocumentType
  readonly usage: PaperUsage
  /** Places to which goods came straight under the paper. That at its beginning, where they were sold, stands for those alone that tell of no arrival. */
  readonly cameTo: PaperUsage['sites']
  /** Goods of uses that the paper is not for. */
  readonly otherGoods: readonly UsedGoods[]
}

/** Whether what was sold at the beginning of a paper is a use of it as all others are, or stands at the gate now. */
export type AsUsed = 'everywhere' | 'at_gate'

/** The papers with what was used of them, in four statements however many they are; `most` bounds the own records of each, and `reader` what is seen. */
export async function loadPapers(
  hub: Reader,
  asked: readonly AskedPaper[],
  most: number,
  reader: Reader = hub,
  counting: Counting = 'all',
  as: AsUsed = 'everywhere',
): Promise<{ readonly papers: readonly LoadedPaper[]; readonly snapshot: Snapshot }> {
  const { known, snapshot } = await knownPapers(hub, asked, most, reader, counting)
  const papers = await withUses(hub, known, snapshot, as, reader)
  return { papers: as === 'at_gate' ? papers : await withArrivals(hub, papers, snapshot, reader), snapshot }
}

/** Where goods came under papers that were sold at their beginning: as a gate counts it, or where they were sold and what is no arrival of these goods, if these are more places. */
async function withArrivals(
  hub: Reader,
  papers: readonly LoadedPaper[],
  snapshot: Snapshot,
  reader: Reader,
): Promise<readonly LoadedPaper[]> {
  const isSold = ({ beginning, usage }: LoadedPaper): boolean =>
    beginning?.isVoucher === false && usage.sites.some(({ kind }) => kind === 'sale')
  const sold = papers.filter(isSold)
  if (sold.length === 0) return papers
  const arrived = await withUses(hub, sold, snapshot, 'at_gate', reader)
  const cameTo = new Map(sold.map((paper, n) => [paper, arrived[n]?.cameTo ?? []]))
  return papers.map((paper) => {
    const arrivals = cameTo.get(paper) ?? []
    return arrivals.length < paper.cameTo.length ? paper : { ...paper, cameTo: arrivals }
  })
}

/** Papers as they are known by their own records, with what was used of them. */
async function withUses(
  hub: Reader,
  known: readonly KnownPaper[],
  snapshot: Snapshot,
  as: AsUsed,
  reader: Reader,
): Promise<LoadedPaper[]> {
  const questions = known.map(({ question, beginning }, n) => ({
    ...question,
    n,
    isSoldAsSent: as === 'at_gate' ? beginning !== null : question.isSoldAsSent,
  }))
  const told = await readUsage(reader, questions, snapshot.beyond, snapshot.rows)
  const goodsBeside = await readBeside(hub, told, known, snapshot, reader)
  const uses = Map.groupBy(told, ({ n }) => n)
  return known.map((one, n) => {
    const rows = uses.get(n) ?? []
    const paper = one.paper && withRefundsOf(one.paper, one.beginning, rows)
    const goods = paper?.goods ?? []
    const isAlways = new Set(rows.map(({ beside }) => beside?.join(' '))).size === 1
    const parts = rows.flatMap((row) => {
      const others = (row.beside ?? []).map((code) => goodsBeside(row, code))
      const part = partOf(row, goods, others, isAlways)
      return part === null ? [] : [{ row, part }]
    })
    const otherGoods = parts.flatMap(({ row }) => (differsFromAll(goods, row) === null ? [] : row))
    const told = usageOf(parts.map(({ row, part }) => usePartOf(row, goods, part)))
    const usage = as === 'at_gate' || one.beginning?.isVoucher ? atGate(told) : told
    return {
      ...one,
      paper,
      type: one.best?.type ?? one.asked.type ?? typeUsed(rows),
      usage,
      cameTo: usage.sites,
      otherGoods,
    }
  })
}

/** The goods of the papers beside others under which records have goods; null for one of which no record is known. */
async function readBeside(
  hub: Reader,
  rows: readonly UsageRow[],
  known: readonly KnownPaper[],
  { most, counting }: Snapshot,
  reader: Reader,
): Promise<(row: UsageRow, code: string) => readonly PaperGoods[] | null> {
  const keyOf = (row: UsageRow, code: string): string => `${row.type} ${code}`
  const asked = new Map(
    rows.flatMap((row) =>
      (row.beside ?? []).map((code): [string, AskedPaper] => [
        keyOf(row, code),
        {
          number: code.slice(documentCode('').length),
          type: knownType(row.type),
          on: (known[row.n] as KnownPaper).asked.on,
        },
      ]),
    ),
  )
  if (asked.size === 0) return () => null
  const found = await knownPapers(hub, [...asked.values()], most, reader, counting)
  const goods = new Map([...asked.keys()].map((key, n) => [key, found.known[n]?.paper?.goods ?? null]))
  return (row, code) => goods.get(keyOf(row, code)) ?? null
}

/** What was used of a paper as a gate counts it. */
export async function usageAtGate(
  hub: Reader,
  loaded: LoadedPaper,
  snapshot: Snapshot,
  reader: Reader = hub,
): Promise<PaperUsage> {
  const [at] = await withUses(hub, [loaded], snapshot, 'at_gate', reader)
  return (at ?? loaded).usage
}

/** The type by which all name a paper who say one; of a number that is used for papers of several types nobody knows what it is. */
function typeUsed(rows: readonly UsageRow[]): DocumentType {
  const told = new Set(
    rows.flatMap(({ type, firstHand }) => (firstHand > 0 && !isUntold(type) ? [knownType(type)] : [])),
  )
  const isMeant = (type: DocumentType): boolean => told.isSubsetOf(new Set(typesOfUses(type)))
  return [...told].find(isMeant) ?? 'unknown'
}
