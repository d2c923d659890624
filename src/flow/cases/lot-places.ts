import type { LotFlow } from '#core/balance/lot-balance.ts'
import { lotFacts } from '#core/balance/lot-facts.ts'
import { sameGoods } from '#core/balance/measure.ts'
import { toldOnce } from '#core/balance/told-once.ts'
import { type CasePlace, NOWHERE, placeOf } from '#core/cases/place.ts'
import { boothKey } from '#core/lineage/match-keys.ts'
import { isAbout, mentionOf } from '#core/lineage/mentions.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { SitePart } from '#core/model/parts.ts'
import { totalOf } from './lot-uses.ts'

/** A place at which goods of a lot are. */
export interface LotPlace {
  readonly place: CasePlace
  readonly stalls: readonly SitePart[]
  /** Kilograms there; null where they are not told. */
  readonly mass: string | null
}

/** Sites at which goods are sold or kept; a laboratory or a checkpoint has them no more. */
export const KEEPS: ReadonlySet<SitePart['role']> = new Set<SitePart['role']>([
  ...(['market', 'store', 'canteen', 'slaughterhouse', 'cold_store', 'farm'] as const),
])

/** Kinds of records by which goods are somewhere. */
const ARRIVALS: ReadonlySet<Kind> = new Set<Kind>(['production', 'transformation', 'entry', 'dispatch'])

/** The main place first, then wherever else records say that goods of the code came, or were made. */
export function placesOf(
  code: string,
  records: readonly TracedRecord[],
  main: Pick<LotPlace, 'place' | 'mass'>,
): LotPlace[] {
  const active = records.filter(({ status, kind }) => status === 'active' && kind !== 'hold')
  const about = isOf(code)
  const came = active.filter((one) => ARRIVALS.has(one.kind) && about(one))
  const keyOf = ({ body }: TracedRecord): string => placeOf(body).key
  const others = elsewhere([...Map.groupBy(came, keyOf)], main.place)
  const there = (key: string) => came.filter((one) => keyOf(one) === key)
  const isMain = (one: TracedRecord): boolean =>
    keyOf(one) === main.place.key || placeOf(one.body).site === undefined
  // A test that was matched to the goods does not name them.
  const told = (one: TracedRecord): boolean =>
    placeOf(one.body).stall !== undefined && (one.kind === 'test' || about(one))
  const placed = (place: CasePlace, here: readonly TracedRecord[]): CasePlace =>
    here.reduce((known, { body }) => withRegionOf(known, placeOf(body)), place)
  return [
    {
      place: placed(main.place, there(main.place.key)),
      stalls: stallsOf([
        ...active.filter((one) => isMain(one) && told(one)).slice(0, 1),
        ...there(main.place.key),
      ]),
      mass: others.length === 0 ? main.mass : massOf(code, there(main.place.key)),
    },
    ...others.map(([key, here]) => ({
      place: placed(placeOf((here[0] as TracedRecord).body), here),
      stalls: stallsOf(active.filter((one) => keyOf(one) === key && told(one))),
      mass: massOf(code, here),
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
export function wentTo(code: string, records: readonly TracedRecord[]): LotPlace[] {
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

/** What a destination is for the goods that come there; most are markets. */
const ROLE_THERE: Readonly<Partial<Record<NonNullable<SitePart['kind']>, SitePart['role']>>> = {
  slaughterhouse: 'slaughterhouse',
  supermarket: 'store',
  canteen: 'canteen',
  cold_store: 'cold_store',
  farm: 'farm',
}

/** A destination as a place at which goods are, under the key that it has where its own records name it. */
function placeThere(to: SitePart, { destination }: Pick<Body, 'destination'>): CasePlace {
  const region = to.region ?? destination
  const role = (to.kind && ROLE_THERE[to.kind]) ?? 'market'
  return placeOf({ sites: [{ ...to, role }], ...(region ? { region } : {}) })
}

/** The places without the one of which nothing is known, where there are others. */
export function somewhere(places: readonly LotPlace[]): readonly [LotPlace, ...LotPlace[]] {
  const known = places.filter(({ place }) => place.key !== NOWHERE)
  return (known.length > 0 ? known : places) as [LotPlace, ...LotPlace[]]
}

/** A place with the region that another record tells of it, where its own tells none. */
export const withRegionOf = (place: CasePlace, { region }: CasePlace): CasePlace =>
  place.region || !region ? place : { ...place, region }

/** Places with those of the others that are elsewhere; stalls of one that is there already are added to its own. */
export function withOthers(places: readonly LotPlace[], others: readonly LotPlace[]): LotPlace[] {
  const all = [...places]
  for (const one of others) {
    const i = all.findIndex((known) => !isElsewhere(one.place, known.place))
    const known = all[i]
    if (!known) {
      all.push(one)
      continue
    }
    const stalls = places.length === 0 ? eachOnce([...known.stalls, ...one.stalls]) : known.stalls
    all[i] = { ...known, place: withRegionOf(known.place, one.place), stalls }
  }
  return all
}

/** Whether a place is another one, and not the same under a code and under its name; stores of a chain have one name and each a code. */
export function isElsewhere(place: CasePlace, than: CasePlace): boolean {
  if (place.site === undefined || place.key === than.key) return false
  const isNamed = place.site.ids.length === 0 || than.site?.ids.length === 0
  const isNear = !place.region || !than.region || place.region.code === than.region.code
  return !(isNamed && isNear && place.site.name !== undefined && place.site.name === than.site?.name)
}

const stallsOf = (records: readonly TracedRecord[]): SitePart[] =>
  eachOnce(records.flatMap(({ body }) => placeOf(body).stall ?? []))

/** `A-023` and `a23` are one stall. */
export function eachOnce(stalls: readonly SitePart[]): SitePart[] {
  const known = new Map<string, SitePart>()
  for (const stall of stalls) {
    const key = boothKey(stall.name ?? stall.ids[0]?.value ?? '')
    if (!known.has(key)) known.set(key, stall)
  }
  return [...known.values()]
}

/** Whether a record is of goods of the code. */
const isOf =
  (code: string) =>
  ({ body }: TracedRecord): boolean => {
    const mention = mentionOf(body, code)
    return mention !== undefined && isAbout(mention.role)
  }

/** Kilograms of the code that came or were made, as its balance counts them: at all places together, each once, so that what was bought on is none more; null where that is not known. */
export const massMadeOrCome = (code: string, records: readonly TracedRecord[]): string | null =>
  massOf(
    code,
    records.filter(
      (one) =>
        one.status === 'active' && (one.kind === 'sale' || (ARRIVALS.has(one.kind) && isOf(code)(one))),
    ),
  )

/** Kilograms that came to a place by these records, or were made there, each once; null where not all of them are told, or of other lots as well. */
function massOf(code: string, here: readonly TracedRecord[]): string | null {
  if (here.some((record) => totalOf(record) !== null)) return null
  const facts = toldOnce({
    codes: [code],
    facts: here.flatMap((record) => lotFacts(code, record)),
    records: new Map(here.map((record) => [record.id, record])),
  })
  const of = (flow: LotFlow) => facts.filter((one) => one.flow === flow)
  const came = [of('made'), of('entered')]
  // What was sent off was there.
  const there = came.flat().length > 0 ? came : [of('sent')]
  const { amount, isWhole } = sameGoods(there, 'KGM')
  const isOwn = there.flat().every(({ beside }) => beside.length === 0)
  return isWhole && isOwn ? amount : null
}
