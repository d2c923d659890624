import type { PoolClient } from 'pg'
import { TELLS_OF_GOODS } from '#core/cases/after-void.ts'
import { type CaseGoods, mayBe } from '#core/cases/goods.ts'
import { linksOnce } from '#core/cases/links-once.ts'
import { type CasePlace, placeOf } from '#core/cases/place.ts'
import { type Reached, SPREAD_CONFIDENCE, type Spread, spread } from '#core/cases/spread.ts'
import { describeNode, tellingRecord } from '#core/lineage/describe-node.ts'
import { isShared } from '#core/lineage/node-quantity.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import type { SitePart } from '#core/model/parts.ts'
import { readMentions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'
import { goodsLinks } from './goods-links.ts'
import {
  eachOnce,
  isElsewhere,
  KEEPS,
  type LotPlace,
  massMadeOrCome,
  placesOf,
  somewhere,
  wentTo,
  withOthers,
  withRegionOf,
} from './lot-places.ts'
import { totalOf, type UsedUp, usedUp } from './lot-uses.ts'

/** Links that a case may read in all: lots that went over thousands of counters have tens of thousands of tickets. */
const LINKS_MAX = 100_000
/** Of each code; those by which goods come somewhere are before sales. */
const RECORDS_PER_CODE = 200

/** A code of the goods of a case with what its records tell of it. */
export interface DescribedLot extends Reached {
  readonly kind: 'lot' | 'document'
  readonly scheme: string | null
  /** Where the record that tells best of it has it, and at which stall. */
  readonly place: CasePlace
  readonly stall: SitePart | null
  /** Everywhere it is, that place first: one code stands for goods in several markets. */
  readonly places: readonly LotPlace[]
  /** Of these and the place itself those at which its goods were sold, or to which they were sent. */
  readonly went: readonly LotPlace[]
  /** More records tell where it is than were read. */
  readonly isCut: boolean
  readonly productName: string | null
  readonly productClass: string | null
  /** Kilograms. */
  readonly mass: string | null
  /** The record that tells them as a total of several lots or papers; null where they are its own. */
  readonly massOf: string | null
  /** How much of it was used to make others: `part` where some is left, `unknown` also where nothing says that any was. */
  readonly used: UsedUp
  /** ISO text. */
  readonly occurredAt: string | null
  /** A laboratory passed it for all for which it failed: the case goes on about other goods, and tests of this lot belong to it. */
  readonly answered?: true
  /** Whether a record in force tells of its goods. */
  readonly isTold: boolean
  /** The record that led to it was made void, and none in force tells of its goods: what came of it may be there all the same. */
  readonly gone?: true
  /** A paper alone tells of goods at its places: they were sold there or sent there under it, and nothing else of the case is held there. */
  readonly alone?: true
}

/** Whether the lot itself is held: it is neither passed, sold, void nor behind the dispatch, and it is a lot, or a paper that alone names its goods. */
export const holdsLot = ({
  role,
  kind,
  via,
  answered,
  gone,
  alone,
}: Pick<DescribedLot, 'role' | 'kind' | 'via' | 'answered' | 'gone' | 'alone'>): boolean =>
  !answered &&
  !gone &&
  isInCase(role) &&
  (kind === 'lot' || role === 'tested' || via?.kind === 'transformation' || alone === true)

const isInCase = (role: DescribedLot['role']): boolean => role !== 'sold' && role !== 'origin'

export interface SpreadLimits {
  /** By `performance.now()`: afterwards no link is read any more. */
  readonly untilMs: number
  /** Whether the process ends: then it throws. */
  readonly isEnding: () => boolean
}

/** How a case spreads: how long, and over which links beside those that records in force tell. */
export interface SpreadWays extends SpreadLimits {
  readonly kept: readonly Link[]
}

/** What a spread reached, with every link that it read. */
export interface LinkedSpread extends Spread {
  readonly links: readonly Link[]
}

/** The goods that a case of these codes concerns, over links that are sure enough and tell of the same goods. */
export async function spreadOver(
  client: PoolClient,
  tested: readonly string[],
  goods: CaseGoods,
  { untilMs, isEnding, kept }: SpreadWays,
): Promise<LinkedSpread> {
  const links = goodsLinks(client, {
    ...{ at: null, confidence: SPREAD_CONFIDENCE, most: LINKS_MAX, kept },
    isOver: () => {
      if (isEnding()) throw new Error('the process ends; another makes the case anew')
      return performance.now() > untilMs
    },
  })
  const { step, read } = linksOnce(links.of(goods))
  const reached = await spread(step, tested, links.isSale)
  return { ...reached, truncated: reached.truncated || links.isCut(), links: read() }
}

/** What the records of each code tell of it. A code whose records tell of other goods too is described by those of the case. */
export async function describeLots(
  client: Reader,
  reached: readonly Reached[],
  goods: CaseGoods,
): Promise<DescribedLot[]> {
  const { records, more } = await readMentions(
    client,
    reached.map(({ code }) => code),
    { at: null, perCode: RECORDS_PER_CODE },
  )
  return reached.map((one) => {
    const own = (records.get(one.code) ?? []).filter(({ kind, body }) => mayBe(goods, kind, body))
    const node = describeNode(
      { code: one.code, depth: one.depth, relation: 'root' },
      { records: own, more: false },
    )
    const teller = tellingRecord(one.code, own)
    const { quantity, product, occurredAt, scheme } = node
    const ownMass = teller && !isShared(one.code, teller) ? teller.body.mass : undefined
    const cameIn = massMadeOrCome(one.code, own)
    const mass = cameIn ?? [quantity, ownMass].find((told) => told?.unit === 'KGM')?.value ?? null
    const came = placesOf(one.code, own, { place: placeOf(teller?.body ?? {}), mass })
    const went = wentTo(one.code, own)
    const places = somewhere(withOthers(came, went))
    return {
      ...one,
      kind: one.code.startsWith('doc:') ? 'document' : 'lot',
      scheme: scheme ?? null,
      place: places[0].place,
      stall: places[0].stalls[0] ?? null,
      ...{ places, went },
      isCut: more.has(one.code) && records.get(one.code)?.at(-1)?.kind !== 'sale',
      productName: product?.name ?? null,
      productClass: product?.class ?? null,
      mass,
      massOf: cameIn === null && quantity?.value === mass && teller ? totalOf(teller) : null,
      used: usedUp(one.code, own),
      isTold: own.some(({ status, kind }) => status === 'active' && TELLS_OF_GOODS.has(kind)),
      occurredAt: occurredAt?.at ?? null,
    }
  })
}

/**
 * The lots of a case, where papers that are not held themselves are held at places to which goods went under them and where nothing else of the case is: a market
 * that tells of nothing but its sales names no lot.
 */
export function withPapersAlone<T extends DescribedLot>(lots: readonly T[]): T[] {
  const held = lots.filter(holdsLot).flatMap(({ places }) => places)
  return lots.map((lot) => {
    if (lot.kind !== 'document' || lot.answered || !isInCase(lot.role) || holdsLot(lot)) return lot
    const places = lot.went.filter(({ place }) => held.every((known) => isElsewhere(place, known.place)))
    const [first] = places
    return first ? { ...lot, alone: true, places, place: first.place, stall: first.stalls[0] ?? null } : lot
  })
}

/** A lot with where its tests found it: at a stall that no record of it names, or at a place to which it came unrecorded. */
export function foundAt(lot: DescribedLot, tested: readonly CasePlace[]): DescribedLot {
  const places = [...lot.places]
  for (const place of tested) {
    const stalls = place.stall ? [place.stall] : []
    const i = places.findIndex((known) => !isElsewhere(place, known.place))
    const known = places[i]
    if (known) {
      const at = withRegionOf(known.place, place)
      places[i] = { ...known, place: at, stalls: eachOnce([...known.stalls, ...stalls]) }
    } else if (place.site && KEEPS.has(place.site.role)) places.push({ place, stalls, mass: null })
  }
  const told = somewhere(places)
  return { ...lot, places: told, place: told[0].place, stall: told[0].stalls[0] ?? null }
}

/** A lot of a suspect: it is not sold where it was tested, at the stall where that was, and goes on being sold elsewhere. */
export function onlyWhereTested(lot: DescribedLot, tested: readonly CasePlace[]): DescribedLot {
  const [main, ...others] = foundAt(lot, tested).places
  const at = (known: LotPlace, isMain: boolean): LotPlace[] => {
    const here = tested.filter((place) => (place.site ? !isElsewhere(place, known.place) : isMain))
    const stalls = eachOnce(here.flatMap(({ stall }) => stall ?? []))
    return here.length === 0 ? [] : [{ ...known, stalls: stalls.length > 0 ? stalls : known.stalls }]
  }
  if (main === undefined) return lot
  const places = [...at(main, true), ...others.flatMap((known) => at(known, false))]
  return places.length === 0 ? { ...lot, places: [main] } : { ...lot, places }
}
