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
import { type Behind, codesBehind } from './codes-behind.ts'

/** Records of each code that are looked at first: mostly one of them names the papers. */
const FIRST = 20
const CODES_AT_ONCE = 2000

/** A record of goods with the papers that it lacks, where it is found for that. */
export interface FoundRecord extends MoveRecord {
  readonly lacking?: Lacking
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
 * those of other goods on the same voucher or lorry do not. All of a list are walked back together, each by its own links; what was read of a code
 * is kept for the lists behind it. Of goods of which not all can be read nothing is said.
 */
export function uncoveredReader(pool: Pool) {
  const known = new Map<string, Named>()
  return async (lists: readonly (readonly MoveRecord[])[]): Promise<Found[]> => {
    const moves = lists.flat()
    if (moves.length === 0) return lists.map(() => ({ moves: [], isWhole: true }))
    const bodies = await readNewestVersions(
      pool,
      moves.map(({ recordId }) => recordId),
    )
    const rootsOf = ({ recordId, code }: MoveRecord): readonly string[] =>
      code === null ? sourcesNamed(bodies.get(recordId)?.body) : [code]
    const walked = await codesBehind(pool, new Set(moves.flatMap(rootsOf)))
    const behind = (move: MoveRecord): Behind =>
      together(rootsOf(move).flatMap((root) => walked.get(root) ?? []))
    const judge = (move: MoveRecord) => coverOf(bodies.get(move.recordId)?.body, behind(move), known)
    await readFirst(pool, known, new Set([...walked.values()].flatMap(({ codes }) => [...codes])))
    const open = moves.filter((move) => judge(move) === 'unknown')
    await readRest(pool, known, new Set(open.flatMap((move) => [...behind(move).codes])))
    return lists.map((list) => {
      const judged = list.map((move) => ({ move, cover: judge(move) }))
      return {
        moves: judged.flatMap(({ move, cover }) =>
          typeof cover === 'object' ? [{ ...move, ...cover }] : [],
        ),
        isWhole: judged.every(({ cover }) => cover !== 'unknown'),
      }
    })
  }
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

const together = (all: readonly Behind[]): Behind => ({
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
