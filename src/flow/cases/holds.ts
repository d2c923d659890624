import type { PoolClient } from 'pg'
import { holdBody } from '#core/cases/hold-body.ts'
import { objectionEndsMs } from '#core/cases/machine.ts'
import { type CasePlace, placeOf } from '#core/cases/place.ts'
import type { Order } from '#core/cases/states.ts'
import { addDecimal } from '#core/decimal.ts'
import type { Body } from '#core/model/body.ts'
import { chinaTime } from '#core/model/china-time.ts'
import { FAILED_TEST } from '#core/model/masked-texts.ts'
import type { OwnRecord } from '#flow/intake/write-own.ts'
import type { CaseHold } from '#store/case-lots.ts'
import type { CaseRow } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { factsOf } from './apply.ts'
import { holdsLot } from './case-lots.ts'
import type { OrderedLot } from './found-lots.ts'
import { type GoodsFlows, notOfOthers } from './goods-flows.ts'
import type { LotPlace } from './lot-places.ts'

/** Lots that one hold record names; a place with more has several records. */
const LOTS_MAX = 500

/** The hold record of a case at one place as it is to be. */
export interface PlacedHold {
  readonly place: string
  readonly kind: Order
  /** ISO text. */
  readonly since: string
  readonly record: OwnRecord
}

/**
 * The hold records that a case is to have. A place has one record whose versions follow each other: stop, recall, release. So whoever receives it sees
 * the newest state of the place, nothing can come in the wrong order, and a release never lifts the hold of another case. A place that the goods of the case do not
 * concern any more is released. Where some of its goods are recalled and others only stopped, these have a second one, which stands before the first: they are stopped without a break.
 * @param lots null where everything is released, or stays as it is
 */
export async function holdsOf(
  client: PoolClient,
  found: CaseRow,
  given: {
    readonly order: Order
    readonly before: readonly CaseHold[]
    readonly lots: readonly OrderedLot[] | null
    readonly flows: GoodsFlows
    /** What the tests tell of place and goods, where no lot is known. */
    readonly fallback: Partial<Body>
    /** Why each test of the case failed. */
    readonly causes: readonly string[]
  },
): Promise<PlacedHold[]> {
  const { order, before, lots, flows, fallback, causes } = given
  const wanted = lots === null ? [] : wantedHolds(heldFor(found, causes), order, { lots, flows }, fallback)
  const places = new Set(wanted.map(({ place }) => place))
  const left = before.filter(({ place, holdKind }) => !places.has(place) && holdKind !== 'release')
  // A case that was closed after a recall keeps it.
  if (left.length === 0 || (lots === null && order !== 'release')) return wanted
  return [...wanted, ...(await released(client, found, left))]
}

const CAUSE_MAX = 300

/** A case with every reason for its tests: goods that joined it are held for what they failed themselves, too. */
function heldFor(found: CaseRow, causes: readonly string[]): CaseRow {
  if (found.openedBy !== 'test') return found
  const others = [...new Set(causes)].filter((cause) => cause !== found.cause).sort()
  const words = [found.cause, ...others.map((cause) => cause.slice(FAILED_TEST.length).trim())]
  return { ...found, cause: words.join('；').slice(0, CAUSE_MAX) }
}

function wantedHolds(
  found: CaseRow,
  order: Order,
  { lots, flows }: { readonly lots: readonly OrderedLot[]; readonly flows: GoodsFlows },
  fallback: Partial<Body>,
): PlacedHold[] {
  const keyOf = holdKeys(lots)
  const held = lots.filter(holdsLot).flatMap((lot) =>
    lot.places.map((at) => ({
      ...{ code: lot.code, scheme: lot.scheme, role: lot.role, depth: lot.depth, order: lot.order },
      key: keyOf(lot, at.place),
      ...at,
    })),
  )
  if (held.length === 0) {
    const unplaced = placeOf(fallback)
    return [placedHold(found, order, unplaced.key, unplaced, { here: [], weighed: new Set() })]
  }
  const placed = [...Map.groupBy(held, ({ key }) => key)].map(([key, here]) => ({
    key,
    here,
    first: here[0] as (typeof here)[number],
  }))
  return placed
    .sort((a, b) => Number(a.first.order === 'recall') - Number(b.first.order === 'recall'))
    .flatMap(({ key, here, first }) => {
      const parts = Math.ceil(here.length / LOTS_MAX)
      const weighed = new Set(notOfOthers(here, flows))
      return Array.from({ length: parts }, (_, i) =>
        placedHold(found, first.order, i === 0 ? key : `${key}/${i + 1}`, first.place, {
          here: here.slice(i * LOTS_MAX, (i + 1) * LOTS_MAX),
          weighed,
        }),
      )
    })
}

/** Tells the key of the hold record that names a lot at a place. */
export function holdKeys(lots: readonly OrderedLot[]): (lot: OrderedLot, place: CasePlace) => string {
  const recalled = new Set(
    lots.flatMap((lot) =>
      holdsLot(lot) && lot.order === 'recall' ? lot.places.map(({ place }) => place.key) : [],
    ),
  )
  return ({ order }, { key }) => (order !== 'recall' && recalled.has(key) ? `${key}/stop` : key)
}

type PlacedLot = Pick<OrderedLot, 'code' | 'scheme'> & LotPlace

function placedHold(
  found: CaseRow,
  order: Order,
  key: string,
  place: CasePlace,
  { here, weighed }: { readonly here: readonly PlacedLot[]; readonly weighed: ReadonlySet<PlacedLot> },
): PlacedHold {
  const since = order === 'recall' ? (found.confirmedAt ?? found.stateAt) : found.openedAt
  const { productName, productCode, productClass } = found
  const masses = here.flatMap((lot) => (weighed.has(lot) ? [lot.mass] : []))
  const isWeighed = masses.length > 0 && !masses.includes(null)
  const body = holdBody({
    order,
    sinceMs: Date.parse(since),
    cause: found.cause,
    product: {
      ...(productName === null ? {} : { name: productName }),
      ...(productCode === null ? {} : { code: productCode }),
      ...(productClass === null ? {} : { class: productClass }),
    },
    site: place.site ?? null,
    stall: place.stall ?? null,
    region: place.region ?? null,
    lots: here.map(({ code, scheme, stalls }) => ({
      ...{ code, scheme },
      stalls: stalls.length === 0 && place.stall ? [place.stall] : stalls,
    })),
    mass: isWeighed ? masses.reduce<string>((sum, mass) => addDecimal(sum, mass as string), '0') : null,
    // What is only stopped was failed by rapid tests.
    dueMs: found.openedBy === 'test' ? objectionEndsMs({ ...factsOf(found), labToldAtMs: null }) : null,
  })
  return { place: key, kind: order, since, record: recordOf(found, key, body) }
}

const recordOf = ({ id, hub }: CaseRow, place: string, body: Body): OwnRecord => ({
  kind: 'hold',
  key: [id, place],
  hub,
  body,
})

/** The newest versions of hold records, as releases. */
async function released(
  client: PoolClient,
  found: CaseRow,
  left: readonly CaseHold[],
): Promise<PlacedHold[]> {
  const versions = await readTracedVersions(client, left)
  const since = found.endedAt ?? found.stateAt
  return left.flatMap(({ place, recordId }) => {
    const before = versions.get(recordId)?.body
    if (!before) return []
    const { dueAt: _, ...rest } = before
    const body: Body = { ...rest, holdKind: 'release', occurredAt: chinaTime(Date.parse(since)) }
    return [{ place, kind: 'release' as const, since, record: recordOf(found, place, body) }]
  })
}
