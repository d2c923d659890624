import { joiner } from '#core/joiner.ts'
import { boothKey } from '#core/lineage/match-keys.ts'
import type { GoodsFact } from './goods-fact.ts'

/** By what a record may name whose goods they were: a name is not compared with a number of another kind. */
type Naming = 'booth' | 'name' | 'number'

const HAN = /\p{Script=Han}/u
const namingOf = (who: string): Naming => (HAN.test(who) ? 'name' : 'number')

/** Whether two are named in one way and not the same. */
export const isNamedOtherwise = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && one !== other && namingOf(one) === namingOf(other)

/** Whose goods a record tells of that left or were made; whom a disposal names as the one to whom they go had them not. */
export const ownerOf = ({ kind, giver, taker }: GoodsFact): string | null =>
  giver ?? (kind === 'disposal' ? null : taker)

function namingsOf(fact: GoodsFact): [Naming, string][] {
  const { tells, taker, places } = fact
  const owner = tells === 'entered' ? taker : tells === 'transformed' ? null : ownerOf(fact)
  const booth = places.find(({ kind }) => kind === 'stall')?.name ?? null
  return [
    ...(booth === null ? [] : [['booth', boothKey(booth)] as [Naming, string]]),
    ...(owner === null ? [] : [[namingOf(owner), owner] as [Naming, string]]),
  ]
}

/** Whether a record names whose goods it tells of, or at which stall. */
export const isOfTrader = (fact: GoodsFact): boolean => namingsOf(fact).length > 0

/**
 * The records of one place that name a trader or a stall, by those of whom they surely tell apart: two that are named in one way and not the same. Those of one who is named by his stall alone and of
 * one who is named by his name alone may be of one, and stand together.
 */
export function byTrader(facts: readonly GoodsFact[]): GoodsFact[][] {
  const named = facts.flatMap((fact) => {
    const keys = namingsOf(fact).map(([naming, key]) => `${naming} ${key}`)
    return keys.length === 0 ? [] : [{ fact, keys }]
  })
  const joined = joiner(named.flatMap(({ keys }) => keys))
  for (const { keys } of named) for (const key of keys) joined.join(keys[0] as string, key)
  const topOf = ({ keys }: (typeof named)[number]): string => joined.find(keys[0] as string)
  const waysOf = (): Map<string, Set<string>> => {
    const ways = new Map<string, Set<string>>()
    for (const one of named) {
      const known = ways.get(topOf(one)) ?? new Set()
      for (const key of one.keys) known.add(key.slice(0, key.indexOf(' ')))
      ways.set(topOf(one), known)
    }
    return ways
  }
  // Of those who are named in the same ways one stands for all.
  const ways = waysOf()
  const kinds = [...Map.groupBy(ways, ([, of]) => [...of].sort().join()).values()]
  for (const [i, some] of kinds.entries())
    for (const others of kinds.slice(i + 1)) {
      const [one, other] = [some[0]?.[1], others[0]?.[1]]
      if (!one || !other || !one.isDisjointFrom(other)) continue
      for (const [top] of [...some, ...others]) joined.join(some[0]?.[0] as string, top)
    }
  return [...Map.groupBy(named, topOf).values()].map((all) => all.map(({ fact }) => fact))
}
