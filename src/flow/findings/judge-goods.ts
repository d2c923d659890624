import { isJudged } from '#core/balance/site-balance.ts'
import { addDecimal, negateDecimal } from '#core/decimal.ts'
import { requiredDocuments } from '#core/documents/required-documents.ts'
import { EVIDENCE_MAX, type FindingDraft, figure } from '#core/findings/draft.ts'
import { findingId } from '#core/findings/finding-id.ts'
import { type Lacking, missingWords } from '#core/findings/missing-words.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import { goodsSubject, type Subject } from '#core/findings/subjects.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { unitWords } from '#core/lineage/words.ts'
import type { Body } from '#core/model/body.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import { type LoadedGoods, loadGoods } from '#flow/balance/load-goods.ts'
import { readClosedRecords } from '#store/findings.ts'
import { listMoves, type MoveRecord, type MovesOf, readEnteredLots } from '#store/goods-moves.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readNewestVersions } from '#store/newest-versions.ts'
import {
  type FoundWithout,
  notFoundYet,
  type Without,
  withoutCovered,
  withoutPapers,
} from './doubtful-lines.ts'
import { severityOfOver } from './judge-lots.ts'
import { aboutOf, goodsName, type Judged, type Judging, ownRecords, siteName } from './judging.ts'
import { type Found, type FoundRecord, uncoveredReader } from './uncovered.ts'

type GoodsSubject = Extract<Subject, { is: 'goods' }>

/** Records of each place that are read at once. */
const RECORDS_READ = 100
/** Records of each place that are looked through for those that a finding is about. */
const RECORDS_LOOKED = 10_000

/** Judges goods of a product at a place on a day: papers that are missing, figures that cannot be right, more out than in. */
export async function judgeGoods({ pool }: Judging, subjects: readonly GoodsSubject[]): Promise<Judged> {
  const loaded = await loadGoods(pool, subjects)
  const here = loaded.filter(isHere)
  const ours: Keep = async (pages) => (await ofOurs(pool, pages)).map((moves) => ({ moves, isWhole: true }))
  const without = new Map<string, readonly string[]>()
  const ofUncovered = uncoveredReader(pool, without)
  const uncovered: Keep = async (pages) => ofUncovered(await ofOurs(pool, pages))
  const records = {
    // Each is wrong by itself, so all are counted.
    bare: await undecided(pool, here, await read(pool, here, 'bare', uncovered, RECORDS_LOOKED)),
    suspect: await read(pool, here, 'suspect', ours, EVIDENCE_MAX),
    all: await read(pool, here, 'all', ours, EVIDENCE_MAX),
  }
  const bodies = await readNewestVersions(
    pool,
    Object.values(records).flatMap((lists) =>
      lists.flatMap(({ moves }) => namedOf(moves).map(({ recordId }) => recordId)),
    ),
  )
  const drafts = loaded.flatMap((goods, n) => {
    const at = here.indexOf(goods)
    const of = (name: MovesOf): Told | null => {
      const { moves, isWhole } = records[name][at] ?? NONE
      if (moves.length === 0 && !isWhole) return null
      const named = namedOf(moves).flatMap(({ recordId, version }) => {
        const record = bodies.get(recordId)
        return record ? [{ ...record, version }] : []
      })
      return { count: moves.length, named }
    }
    const { moves = [], doubtful = new Map() } = records.bare[at] ?? {}
    return draftsOf(goods, goodsSubject(subjects[n] as GoodsSubject), of, withoutPapers(moves, doubtful))
  })
  const lots = await lotsBehind(pool, here)
  const elsewhere = loaded
    .filter((goods) => !isHere(goods))
    .map(({ place: { site }, goods, day }) => goodsSubject({ site, goods, day }))
  const others = await notFoundYet(pool, without, new Set(here.map(goodsSubject)))
  return { drafts, also: [...lots, ...elsewhere, ...others] }
}

/** One subject for each place: what is told under its name is judged under its code. */
const isHere = ({ site, place }: LoadedGoods): boolean => site === place.site

/** Where tickets were rung up, the lots that they were sold from may be sold beyond what came in. */
async function lotsBehind(pool: Judging['pool'], here: readonly LoadedGoods[]): Promise<string[]> {
  const rungUp = here.filter(({ sums, day }) =>
    sums.some((sum) => sum.day === day && sum.flow === 'sold' && sum.stall !== null),
  )
  return await readEnteredLots(
    pool,
    rungUp.map(({ site, goods, day, place: { keys } }) => ({ site, goods, day, keys })),
  )
}

/** What a finding rests on. */
interface Told {
  /** All records that it counts. */
  readonly count: number
  /** Those that it names. */
  readonly named: readonly TracedRecord[]
}

const namedOf = (moves: readonly MoveRecord[]) => moves.slice(0, EVIDENCE_MAX)

type Pages = readonly (readonly MoveRecord[])[]

/** Those records of each page that a finding is about. */
type Keep = (pages: Pages) => Promise<readonly Found[]>

const NONE: Found = { moves: [], isWhole: true }

/** The first records of each place that `keep` leaves, read on until there are `enough` of them or no more. */
async function read(
  pool: Judging['pool'],
  goods: readonly LoadedGoods[],
  of: MovesOf,
  keep: Keep,
  enough: number,
): Promise<Found[]> {
  const lists = goods.map(({ site, goods, day, place }) => ({
    asked: { site, goods, day, keys: place.keys, of },
    kept: [] as FoundRecord[],
    isWhole: true,
    after: undefined as MoveRecord | undefined,
  }))
  let open = lists
  for (let looked = 0; open.length > 0 && looked < RECORDS_LOOKED; looked += RECORDS_READ) {
    const wanted = open.map(({ asked, after }) => ({ ...asked, after }))
    const rows = Map.groupBy(await listMoves(pool, wanted, RECORDS_READ), ({ n }) => n)
    const pages = open.map((_, n) => rows.get(n) ?? [])
    const kept = await keep(pages)
    for (const [n, list] of open.entries()) {
      const { moves, isWhole } = kept[n] ?? NONE
      list.kept.push(...moves)
      list.isWhole &&= isWhole
      list.after = pages[n]?.length === RECORDS_READ ? pages[n].at(-1) : undefined
    }
    open = open.filter((list) => list.after !== undefined && list.kept.length < enough)
  }
  return lists.map((list) => ({ moves: list.kept, isWhole: list.isWhole && !open.includes(list) }))
}

/** The records without papers of which no official has decided. */
async function undecided(
  pool: Judging['pool'],
  goods: readonly LoadedGoods[],
  found: readonly Found[],
): Promise<FoundWithout[]> {
  const bare = found.map(withoutCovered)
  const hub = await readHubId(pool)
  const ids = goods.map((one) => findingId(hub, 'no_paper', goodsSubject(one)))
  const closed = await readClosedRecords(
    pool,
    ids.filter((_, n) => bare[n]?.moves.length !== 0),
  )
  return bare.map(({ moves, ...more }, n) => {
    const known = closed.get(ids[n] as string)
    return { ...more, moves: moves.filter(({ recordId }) => known?.has(recordId) !== true) }
  })
}

/** What another hub owns is found by that hub. */
async function ofOurs(pool: Judging['pool'], pages: Pages): Promise<Pages> {
  const own = await ownRecords(
    pool,
    pages.flat().map(({ recordId }) => recordId),
  )
  return pages.map((page) => page.filter(({ recordId }) => own.has(recordId)))
}

/** A finding of which nobody knows whether it holds stays as it is. */
function draftsOf(
  goods: LoadedGoods,
  subject: string,
  of: (name: MovesOf) => Told | null,
  without: Without,
): FindingDraft[] {
  const [bare, suspect, all] = [of('bare'), of('suspect'), of('all')]
  return [
    ...(bare === null ? [] : [bareDraft(goods, subject, bare, without)]),
    ...(suspect === null ? [] : [suspectDraft(goods, subject, suspect)]),
    ...(all === null ? [] : [overDraft(goods, subject, all)]),
  ]
}

/** What all three findings of goods share. */
function shared({ day, goods, place }: LoadedGoods, subject: string, { named, count }: Told) {
  const body: Body = named[0]?.body ?? { flags: [] }
  return {
    subject,
    about: {
      ...aboutOf(body),
      occurredAt: { at: `${day}T00:00:00+08:00`, precision: 'day' as const },
    },
    evidence: named.map(({ id, version }) => ({ id, version })),
    names: {
      goods: goodsName(body, goods),
      site: siteName(body, place.siteName ?? place.site),
      day,
      records: String(count),
    },
  }
}

function bareDraft(
  goods: LoadedGoods,
  subject: string,
  told: Told,
  { lacking, doubt }: Without,
): FindingDraft {
  const { names, ...more } = shared(goods, subject, told)
  const records = lacking.length
  const said = { ...names, records: String(records), missing: missingWords(lacking) }
  return {
    ...more,
    kind: 'no_paper',
    holds: records > 0,
    numbers: [
      ...figure('records', records),
      ...figure('incomplete', incompleteOf(goods.day, told, lacking)),
      ...figure('among', doubt?.among ?? null),
    ],
    sentence:
      doubt === null
        ? sentenceOf('no_paper', said)
        : sentenceOf('no_paper_of_some', {
            ...said,
            among: String(doubt.among),
            covered: String(doubt.covered),
          }),
  }
}

/** How many of the records have a part of the papers that they need; null where none has. */
function incompleteOf(day: string, { named }: Told, lacking: readonly Lacking[]): number | null {
  const productClass = named[0]?.body.product?.class
  if (productClass === undefined || !Object.hasOwn(PRODUCT_CLASSES, productClass)) return null
  const groups = requiredDocuments(productClass as ProductClass, day).length
  return lacking.filter(({ length }) => length < groups).length || null
}

function suspectDraft(goods: LoadedGoods, subject: string, told: Told): FindingDraft {
  const { names, ...more } = shared(goods, subject, told)
  const today = goods.sums.filter(({ day }) => day === goods.day)
  const suspect = today.reduce((sum, one) => sum + one.suspect, 0)
  const records = today.reduce((sum, one) => sum + one.records, 0)
  return {
    ...more,
    kind: 'unit_suspect',
    holds: told.count > 0,
    numbers: [...figure('suspect', suspect), ...figure('records', records)],
    sentence: sentenceOf('unit_suspect', { ...names, records: String(suspect) }),
  }
}

function overDraft(goods: LoadedGoods, subject: string, told: Told): FindingDraft {
  const { names, ...more } = shared(goods, subject, told)
  const { verdict, unit, opening, in: came, out, left, tolerance } = goods.balance
  const over = left === null ? null : negateDecimal(left)
  const productClass = goods.sums.find((sum) => sum.productClass !== null)?.productClass ?? null
  const isOver =
    verdict === 'over' && told.count > 0 && over !== null && isJudged(goods.sums, goods.day, productClass)
  return {
    ...more,
    kind: 'balance_off',
    holds: isOver,
    ...(isOver ? { severity: severityOfOver(over, addDecimal(opening, came ?? '0')) } : {}),
    numbers: [
      ...figure('opening', opening, unit),
      ...figure('in', came, unit),
      ...figure('out', out, unit),
      ...figure('difference', over, unit),
      ...figure('tolerance', tolerance, unit),
    ],
    sentence: sentenceOf('goods_over', {
      ...names,
      opening,
      in: came,
      out,
      over,
      unit: unitWords(unit),
    }),
  }
}
