import { expect } from 'vitest'
import { type Found, leftAt, MARKETS, massOf } from './ledger.ts'
import { AWAY, FARM, type Parcel, TRADERS } from './scene.ts'

type Sums = Record<string, number>
const positive = (of: Sums): Sums => Object.fromEntries(Object.entries(of).filter(([, value]) => value > 0))
const sumOf = (all: readonly Parcel[], of: (one: Parcel) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0)

/** Where the goods of the parcels really are, as far as anyone tells that they came there. */
function whereOf(all: readonly Parcel[]): Sums {
  const isHere = ({ who, isTold }: Parcel): boolean => who !== FARM && isTold
  return positive({
    atSites: sumOf(all, (one) => (isHere(one) ? one.has : 0)),
    soldWholesale: sumOf(all, (one) => (one.isTold ? 0 : one.has)),
    soldRetail: sumOf(all, ({ retail }) => retail),
    disposed: sumOf(all, ({ destroyed }) => destroyed),
  })
}

function leftReally(reached: readonly Parcel[]): Record<string, string> {
  const isThere = (market: number) => (one: Parcel) =>
    one.isTold && TRADERS[one.who]?.market === market ? one.has : 0
  return Object.fromEntries(
    MARKETS.flatMap((code, market) => {
      const there = sumOf(reached, isThere(market))
      return there > 0 ? [[code, String(there)]] : []
    }),
  )
}

/** Of each stage the goods of the parcels are found where they are, and of what was used of further ones no more than there is. */
export function expectFound(
  found: Pick<Found, 'mass' | 'sites'>,
  reached: readonly Parcel[],
  together: readonly (readonly Parcel[])[],
): void {
  const isWhole = together.every((all) => new Set(all.map((one) => reached.includes(one))).size === 1)
  for (let stage = 0; stage <= Math.max(...reached.map((one) => one.stage)); stage++) {
    const own = reached.filter((one) => one.stage === stage)
    const stated = sumOf(own, ({ parents, came }) => (parents.every((one) => one.stage < stage) ? came : 0))
    const lost = sumOf(own, ({ who, has }) => (who === FARM ? has : 0))
    const mass = massOf(found, stage)
    expect((mass?.found ?? 0) + (mass?.notFound ?? 0)).toBe(mass?.stated)
    if (!isWhole) continue
    expect(mass, `stage ${stage}`).toMatchObject({ stated, found: stated - lost, notFound: lost })
    const { processed = 0, returned = 0, leftRegion: _, ...where } = mass?.where ?? {}
    expect([processed, returned]).toEqual([
      sumOf(own, ({ used }) => used),
      // What was refused is back at the gate, wherever it was.
      sumOf(own, ({ refused }) => refused),
    ])
    const isAway = ({ who }: Parcel): boolean => who === AWAY
    expect(where).toEqual(whereOf(own.filter((one) => !isAway(one))))
    expect(mass?.away).toEqual(whereOf(own.filter(isAway)))
  }
  if (isWhole) expect(leftAt(found)).toEqual(leftReally(reached))
}

/** Every code of the world with the goods that it stands for. */
export function rootsOf(
  parcels: readonly Parcel[],
): { readonly root: string; readonly of: readonly Parcel[] }[] {
  const papers = Map.groupBy(parcels, ({ paper }) => paper)
  return [
    // Of one lot of several that left under one paper the others are none of its goods.
    ...parcels.flatMap((one) =>
      one.who === FARM && one.lots.length > 1
        ? []
        : one.lots.map((code) => ({ root: `lot:${code}`, of: [one] })),
    ),
    ...[...papers].flatMap(([number, of]) => (number === null ? [] : [{ root: `doc:${number}`, of }])),
  ]
}
