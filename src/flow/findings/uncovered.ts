import type { Pool } from 'pg'
import { missingPapers } from '#core/documents/entry-papers.ts'
import { goodsDiffer } from '#core/documents/goods-match.ts'
import type { Lacking } from '#core/findings/missing-words.ts'
import { documentCode, isCode, lotCode } from '#core/lineage/codes.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import { readAllMentions } from '#flow/balance/all-mentions.ts'
import type { MoveRecord } from '#store/goods-moves.ts'
import { type Mentions, readMentions } from '#store/lots.ts'
import { readNewestVersions } from '#store/newest-versions.ts'
import { type Behind, codesBehind, type RootBehind } from './codes-behind.ts'
import { type LineOfLots, linesOfLots } from './lines-of-lots.ts'

/** Records of each code that are looked at first: mostly one of them names the papers. */
const FIRST = 20
const CODES_AT_ONCE = 2000

/** A record of goods with the papers that it lacks, where it is found for that. */
export interface FoundRecord extends MoveRecord {
  readonly lacking?: Lacking
  /** Where it may be one of some lots with papers. */
  readonly line?: LineOfLots
}

/** Records of a place that a finding is about. */
export interface Found {
  readonly moves: readonly FoundRecord[]
  /** Whether it is known of all others that it is not. */
  readonly isWhole: boolean
}

/** What records name in a code and beside it. */
interface Named {
  readonly papers: readonly NamedPaper[]
  /** Whether all of them were read. */
  readonly isWhole: boolean
}

/**
 * Reads of lists of records those whose goods have no papers further back either: papers of the lot that goods were cut or split from count as their own,
 * those of other goods on the same voucher or lorry do not. Of lines that only may be a lot with papers, all are given, with whether there is one for each. All of a list are walked back together, each by its own links; what was read of a code
 * is kept for the lists behind it. Of goods of which not all can be read nothing is said.
 * @param without takes the records, at whatever place, for which no lot is left, with the goods that they are
 */
export function uncoveredReader(pool: Pool, without: Map<string, readonly string[]>) {
  const judge = coverReader(pool)
  return async (lists: readonly (readonly MoveRecord[])[]): Promise<Found[]> => {
    const moves = lists.flat()
    if (moves.length === 0) return lists.map(() => ({ moves: [], isWhole: true }))
    const bodies = await readNewestVersions(
      pool,
      moves.map(({ recordId }) => recordId),
    )
    const rootsOf = ({ recordId, code }: MoveRecord): readonly string[] =>
      code === null ? sourcesNamed(bodies.get(recordId)?.body) : [code]
    const covers = await judge(
      moves.map((move) => ({ body: bodies.get(move.recordId)?.body, roots: rootsOf(move) })),
    )
    const judged = new Map(moves.map((move, n) => [move, covers[n] as Judged]))
    const lots = new Set(covers.flatMap((one) => one.lots))
    const lines = await linesOfLots(pool, lots, async (some) => {
      const own = await judge([...some].map(([code, body]) => ({ body, roots: [code] })))
      return new Map(
        [...some.keys()].map((code, n) => {
          const { cover = 'unknown', lots = [] } = own[n] ?? {}
          return [code, { isBare: typeof cover === 'object', lots }]
        }),
      )
    })
    for (const { isPaired, recordId, subjects } of lines?.values() ?? [])
      if (!isPaired) without.set(recordId, subjects)
    return lists.map((list) => {
      const found = list.map((move) => foundOf(move, judged.get(move) as Judged, lines))
      return { moves: found.flatMap((one) => one ?? []), isWhole: !found.includes(undefined) }
    })
  }
}

/** Goods with the codes from which they came. */
interface Goods {
  readonly body: Body | undefined
  readonly roots: readonly string[]
}

/** Judges goods together; what was read of a code is known the next time. */
function coverReader(pool: Pool) {
  const known = new Map<string, Named>()
  return async (goods: readonly Goods[]): Promise<Judged[]> => {
    const walked = await codesBehind(pool, new Set(goods.flatMap(({ roots }) => roots)))
    const behind = ({ roots }: Goods): RootBehind => together(roots.flatMap((root) => walked.get(root) ?? []))
    const judge = (one: Goods) => judgedBy(one.body, behind(one), known)
    await readFirst(pool, known, new Set([...walked.values()].flatMap(({ codes }) => [...codes])))
    const open = goods.filter((one) => judge(one).cover === 'unknown')
    await readRest(pool, known, new Set(open.flatMap((one) => [...behind(one).codes])))
    return goods.map(judge)
  }
}

/** A record that may be found; null where it is not, undefined where nobody knows. */
function foundOf(
  move: MoveRecord,
  { cover, lots }: Judged,
  lines: ReadonlyMap<string, LineOfLots> | null,
): FoundRecord | null | undefined {
  if (typeof cover !== 'object') return cover === 'unknown' ? undefined : null
  if (lots.length === 0) return { ...move, ...cover }
  if (lines === null) return undefined
  const line = lines.get(move.code ?? '')
  return { ...move, ...cover, ...(line && { line }) }
}

/** Whether goods have papers by what is said of them; where not, the lots with papers that they may be. */
interface Judged {
  readonly cover: ReturnType<typeof coverOf>
  readonly lots: readonly string[]
}

function judgedBy(body: Body | undefined, behind: RootBehind, known: ReadonlyMap<string, Named>): Judged {
  const own = behind.lots.size === 0 ? null : coverOf(body, behind.own, known)
  if (typeof own !== 'object' || own === null) return { cover: own ?? coverOf(body, behind, known), lots: [] }
  const covers = [...behind.lots].map(([lot, one]) => [lot, coverOf(body, one, known)] as const)
  if (covers.some(([, cover]) => cover === 'unknown')) return { cover: 'unknown', lots: [] }
  const lots = covers.flatMap(([lot, cover]) => (cover === 'papers' ? [lot] : []))
  return lots.length > 0 ? { cover: own, lots } : { cover: coverOf(body, behind, known), lots }
}

/**
 * The papers and the lots from which goods came, of a record that gives them no code but that of the voucher they were sold under, on which others' may be.
 * A record may not know what its papers are, and those who issued them, or who took the lot in, tell.
 */
const sourcesNamed = (body: Body | undefined): string[] =>
  [
    ...(body?.documents ?? []).flatMap(({ role, number }) =>
      role === 'upstream' ? [documentCode(number)] : [],
    ),
    ...(body?.lots ?? []).flatMap(({ role, scheme, value }) =>
      role === 'source' ? [lotCode(scheme, value)] : [],
    ),
  ].filter(isCode)

const together = (all: readonly RootBehind[]): RootBehind => ({
  ...allOf(all),
  own: allOf(all.map(({ own }) => own)),
  lots: new Map(all.flatMap(({ lots }) => [...lots])),
})
const allOf = (all: readonly Behind[]): Behind => ({
  codes: new Set(all.flatMap(({ codes }) => [...codes])),
  isWhole: all.every(({ isWhole }) => isWhole),
})

/** Whether goods have the papers that the rules of their day ask for, else which they lack; unknown where what was read does not name all of them, and there is more. */
function coverOf(
  body: Body | undefined,
  { codes, isWhole }: Behind,
  known: ReadonlyMap<string, Named>,
): 'papers' | 'unknown' | { readonly lacking: Lacking } {
  if (!body?.occurredAt) return 'papers'
  const productClass = body.product?.class ?? null
  const named = [...codes].flatMap((code) => known.get(code) ?? [])
  const papers = named.flatMap((one) =>
    one.papers.flatMap(({ type, classes }) => (isOf(classes, productClass) ? [type] : [])),
  )
  const own = (body.documents ?? []).filter(({ role }) => role === 'upstream').map(({ type }) => type)
  const on = body.occurredAt.at.slice(0, 10)
  const missing = missingPapers({ productClass, on, types: [...own, ...papers] })
  if (missing === null) return 'papers'
  return isWhole && named.every((one) => one.isWhole) ? { lacking: missing.missing } : 'unknown'
}

async function readFirst(pool: Pool, known: Map<string, Named>, codes: ReadonlySet<string>): Promise<void> {
  const unread = [...codes].filter((code) => !known.has(code))
  for (let from = 0; from < unread.length; from += CODES_AT_ONCE) {
    const some = unread.slice(from, from + CODES_AT_ONCE)
    learn(known, some, await readMentions(pool, some, { at: null, perCode: FIRST }))
  }
}

/** All records of those codes of which not all were read; those that too many name stay as they are. */
async function readRest(pool: Pool, known: Map<string, Named>, codes: ReadonlySet<string>): Promise<void> {
  const unread = [...codes].filter((code) => known.get(code)?.isWhole === false)
  if (unread.length > 0) learn(known, unread, await readAllMentions(pool, unread))
}

function learn(known: Map<string, Named>, codes: readonly string[], { records, more }: Mentions): void {
  for (const code of codes)
    known.set(code, { papers: papersOf(records.get(code) ?? []), isWhole: !more.has(code) })
}

/** A paper that a record names, with the classes of the goods that the record is about; none where it does not say. */
interface NamedPaper {
  readonly type: string
  readonly classes: readonly string[]
}

/** The papers that active records name, each type once for the same goods. */
function papersOf(records: readonly TracedRecord[]): NamedPaper[] {
  const papers = new Map<string, NamedPaper>()
  for (const { status, kind, body } of records) {
    if (status !== 'active' || kind === 'test') continue
    const classes = classesOf(body)
    for (const { role, type } of [...(body.documents ?? []), ...(body.output?.documents ?? [])])
      if (role === 'upstream' || role === 'self' || role === 'output')
        papers.set(JSON.stringify([type, classes]), { type, classes })
  }
  return [...papers.values()]
}

const classesOf = ({ product, input, output }: Body): string[] =>
  [product, input?.product, output?.product].flatMap((one) => one?.class ?? [])

/** Meat is of the animals that it came from; goods of which nothing is known may be any. */
const isOf = (classes: readonly string[], productClass: string | null): boolean =>
  classes.length === 0 ||
  classes.some(
    (one) =>
      goodsDiffer({ productClass: one, productCode: null }, { productClass, productCode: null }) === null,
  )
