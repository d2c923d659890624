import type { PoolClient } from 'pg'
import { type CaseGoods, mayBe } from '#core/cases/goods.ts'
import { type CasePlace, NOWHERE, placeOf } from '#core/cases/place.ts'
import { type Reached, SPREAD_CONFIDENCE, type Spread, spread } from '#core/cases/spread.ts'
import { addDecimal } from '#core/decimal.ts'
import { describeNode, tellingRecord } from '#core/lineage/describe-node.ts'
import { boothKey } from '#core/lineage/matching.ts'
import { isAbout, mentionOf } from '#core/lineage/mentions.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { SitePart } from '#core/model/parts.ts'
import { readMentions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'
import { goodsLinks } from './goods-links.ts'

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
  /** ISO text. */
  readonly occurredAt: string | null
  /** A laboratory passed it for all for which it failed: the case goes on about other goods, and tests of this lot belong to it. */
  readonly answered?: true
  /** A paper alone tells of goods at its places: they were sold there or sent there under it, and nothing else of the case is held there. */
  readonly alone?: true
}

/** A place at which goods of a lot are. */
export interface LotPlace {
  readonly place: CasePlace
  readonly stalls: readonly SitePart[]
  /** Kilograms there; null where they are not told. */
  readonly mass: string | null
}

/** Whether the lot itself is held: it is neither passed, gone nor behind the dispatch, and it is a lot, or a paper that alone names its goods. */
export const holdsLot = ({
  role,
  kind,
  via,
  answered,
  alone,
}: Pick<DescribedLot, 'role' | 'kind' | 'via' | 'answered' | 'alone'>): boolean =>
  !answered &&
  isInCase(role) &&
  (kind === 'lot' || role === 'tested' || via?.kind === 'transformation' || alone === true)

const isInCase = (role: DescribedLot['role']): boolean => role !== 'sold' && role !== 'origin'

/** Of each code that was reached from others, or from which others were, what it came from. */
export type Sources = ReadonlyMap<string, readonly string[]>

export function sourcesOf(lots: readonly Pick<DescribedLot, 'via'>[]): Sources {
  const sources = new Map<string, string[]>()
  for (const { via } of lots) if (via) sources.set(via.to, [...(sources.get(via.to) ?? []), via.from])
  return sources
}

/** Those of the lots that came from no other of them, be it by way of a paper: the kilograms of the others are part of theirs. */
export function notOfOthers<T extends Pick<DescribedLot, 'code'>>(lots: readonly T[], sources: Sources): T[] {
  const codes = new Set(lots.map(({ code }) => code))
  const cameFromOne = (code: string, seen: Set<string>): boolean =>
    (sources.get(code) ?? []).some(
      (from) => !seen.has(from) && (codes.has(from) || cameFromOne(from, seen.add(from))),
    )
  return lots.filter(({ code }) => !cameFromOne(code, new Set([code])))
}

export interface SpreadLimits {
  /** By `performance.now()`: afterwards no link is read any more. */
  readonly untilMs: number
  /** Whether the process ends: then it throws. */
  readonly isEnding: () => boolean
}

/** The goods that a case of these codes concerns, over links that are sure enough and tell of the same goods. */
export async function spreadOver(
  client: PoolClient,
  tested: readonly string[],
  goods: CaseGoods,
  { untilMs, isEnding }: SpreadLimits,
): Promise<Spread> {
  const links = goodsLinks(client, {
    ...{ at: null, confidence: SPREAD_CONFIDENCE, most: LINKS_MAX },
    isOver: () => {
      if (isEnding()) throw new Error('the process ends; another makes the case anew')
      return performance.now() > untilMs
    },
  })
  const reached = await spread(links.of(goods), tested, links.isSale)
  return { ...reached, truncated: reached.truncated || links.isCut() }
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
    const node = describeNode({ code: one.code, depth: one.depth, relation: 'root' }, own, false)
    const teller = tellingRecord(one.code, own)
    const { quantity, product, occurredAt, scheme } = node
    const mass = [quantity, teller?.body.mass].find((told) => told?.unit === 'KGM')?.value ?? null
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
      occurredAt: occurredAt?.at ?? null,
    }
  })
}

/** Kinds of records by which goods are somewhere. */
const ARRIVALS: ReadonlySet<Kind> = new Set<Kind>(['production', 'transformation', 'entry', 'dispatch'])

/** The main place first, then wherever else records say that goods of the code came, or were made. */
function placesOf(
  code: string,
  records: readonly TracedRecord[],
  main: Pick<LotPlace, 'place' | 'mass'>,
): LotPlace[] {
  const active = records.filter(({ status, kind }) => status === 'active' && kind !== 'hold')
  const about = ({ body }: TracedRecord): boolean => {
    const mention = mentionOf(body, code)
    return mention !== undefined && isAbout(mention.role)
  }
  const came = active.filter((one) => ARRIVALS.has(one.kind) && about(one))
  const keyOf = ({ body }: TracedRecord): string => placeOf(body).key
  const others = elsewhere([...Map.groupBy(came, keyOf)], main.place)
  const there = (key: string) => came.filter((one) => keyOf(one) === key)
  const isMain = (one: TracedRecord): boolean =>
    keyOf(one) === main.place.key || placeOf(one.body).site === undefined
  // A test that was matched to the goods does not name them.
  const told = (one: TracedRecord): boolean =>
    placeOf(one.body).stall !== undefined && (one.kind === 'test' || about(one))
  return [
    {
      place: main.place,
      stalls: stallsOf([
        ...active.filter((one) => isMain(one) && told(one)).slice(0, 1),
        ...there(main.place.key),
      ]),
      mass: others.length === 0 ? main.mass : massOf(there(main.place.key)),
    },
    ...others.map(([key, here]) => ({
      place: placeOf((here[0] as TracedRecord).body),
      stalls: stallsOf(active.filter((one) => keyOf(one) === key && told(one))),
      mass: massOf(here),
    })),
  ]
}

/** Of groups of records by their places those that are not the main one, each place once: under its code, where it has one. */
function elsewhere(
  groups: readonly (readonly [key: string, here: readonly TracedRecord[]])[],
  main: CasePlace,
): (readonly [key: string, here: readonly TracedRecord[]])[] {
  const found: [string, readonly TracedRecord[]][] = []
  const known = [main]
  const hasCode = (one: readonly TracedRecord[]): boolean =>
    (placeOf(one[0]?.body ?? {}).site?.ids.length ?? 0) > 0
  for (const [key, here] of groups.toSorted(([, a], [, b]) => Number(hasCode(b)) - Number(hasCode(a)))) {
    const place = placeOf(here[0]?.body ?? {})
    if (!known.every((one) => isElsewhere(place, one))) continue
    known.push(place)
    found.push([key, here])
  }
  return found
}

/**
 * Where records say that goods of the code were without having come: where they were sold, and where they were sent or sold to. A market that tells of its sales
 * alone has them all the same, and so has one to which a farm's goods are on their way.
 */
function wentTo(code: string, records: readonly TracedRecord[]): LotPlace[] {
  const told = records.filter(
    ({ status, kind }) => status === 'active' && (kind === 'sale' || kind === 'dispatch'),
  )
  return withOthers(
    [],
    told.flatMap(({ kind, body }) => {
      const mention = mentionOf(body, code)
      if (mention === undefined) return []
      const from = placeOf(body)
      const isFrom = kind === 'sale' && !isAbout(mention.role) && from.site && KEEPS.has(from.site.role)
      const to = body.sites?.find(({ role }) => role === 'destination')
      return [
        ...(isFrom ? [{ place: from, stalls: from.stall ? [from.stall] : [], mass: null }] : []),
        ...(to ? [{ place: placeThere(to, body), stalls: [], mass: null }] : []),
      ]
    }),
  )
}

/** A destination as a place at which goods are, under the key that it has where its own records name it. */
function placeThere(to: SitePart, { destination }: Pick<Body, 'destination'>): CasePlace {
  const region = to.region ?? destination
  return placeOf({ sites: [{ ...to, role: 'market' }], ...(region ? { region } : {}) })
}

/** The places without the one of which nothing is known, where there are others. */
function somewhere(places: readonly LotPlace[]): readonly [LotPlace, ...LotPlace[]] {
  const known = places.filter(({ place }) => place.key !== NOWHERE)
  return (known.length > 0 ? known : places) as [LotPlace, ...LotPlace[]]
}

/** Places with those of the others that are elsewhere; stalls of one that is there already are added to its own. */
function withOthers(places: readonly LotPlace[], others: readonly LotPlace[]): LotPlace[] {
  const all = [...places]
  for (const one of others) {
    const i = all.findIndex((known) => !isElsewhere(one.place, known.place))
    const known = all[i]
    if (!known) all.push(one)
    else if (places.length === 0) all[i] = { ...known, stalls: eachOnce([...known.stalls, ...one.stalls]) }
  }
  return all
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

/** Sites at which goods are sold or kept; a laboratory or a checkpoint has them no more. */
const KEEPS: ReadonlySet<SitePart['role']> = new Set<SitePart['role']>([
  ...(['market', 'store', 'canteen', 'slaughterhouse', 'cold_store', 'farm'] as const),
])

/** A lot with where its tests found it: at a stall that no record of it names, or at a place to which it came unrecorded. */
export function foundAt(lot: DescribedLot, tested: readonly CasePlace[]): DescribedLot {
  const places = [...lot.places]
  for (const place of tested) {
    const stalls = place.stall ? [place.stall] : []
    const i = places.findIndex((known) => !isElsewhere(place, known.place))
    const known = places[i]
    if (known) places[i] = { ...known, stalls: eachOnce([...known.stalls, ...stalls]) }
    else if (place.site && KEEPS.has(place.site.role)) places.push({ place, stalls, mass: null })
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

/** Whether a place is another one, and not the same under a code and under its name; stores of a chain have one name and each a code. */
function isElsewhere(place: CasePlace, than: CasePlace): boolean {
  if (place.site === undefined || place.key === than.key) return false
  const isNamed = place.site.ids.length === 0 || than.site?.ids.length === 0
  const isNear = !place.region || !than.region || place.region.code === than.region.code
  return !(isNamed && isNear && place.site.name !== undefined && place.site.name === than.site?.name)
}

const stallsOf = (records: readonly TracedRecord[]): SitePart[] =>
  eachOnce(records.flatMap(({ body }) => placeOf(body).stall ?? []))

/** `A-023` and `a23` are one stall. */
function eachOnce(stalls: readonly SitePart[]): SitePart[] {
  const known = new Map<string, SitePart>()
  for (const stall of stalls) {
    const key = boothKey(stall.name ?? stall.ids[0]?.value ?? '')
    if (!known.has(key)) known.set(key, stall)
  }
  return [...known.values()]
}

/** Kilograms of the records together; null where one does not tell them. */
function massOf(records: readonly TracedRecord[]): string | null {
  let sum = '0'
  for (const { body } of records) {
    const told = [body.output?.quantity, body.quantity, body.mass].find((one) => one?.unit === 'KGM')?.value
    if (!told) return null
    sum = addDecimal(sum, told)
  }
  return records.length === 0 ? null : sum
}
