import { maskName } from '#core/mask.ts'
import { isPersonalCode, isPersonalSite } from '#core/personal.ts'
import { codeParts } from '#core/reference/describe.ts'
import type { CardCode, CardDescription } from '#store/card-pages.ts'

/** One value of a card with where it comes from. */
export interface CardValue {
  readonly value: string
  /** How often the newest versions of records say it. */
  readonly count: number
  readonly systems: readonly string[]
  /** ISO texts: when any record said it for the first and for the last time. */
  readonly firstSeen: string
  readonly lastSeen: string
  /** The newest record that says it; null where the newest twenty were all taken back since. */
  readonly newest: string | null
}

/** What is known of a party or a site. Nothing is chosen between values that contradict each other; the most often said come first. */
export interface CardView {
  readonly id: string
  readonly codes: readonly {
    readonly scheme: string
    readonly value: string
    /** GB/T 2260 digits inside the code: where it was given out. */
    readonly region: string | null
    readonly records: number
  }[]
  readonly names: readonly CardValue[]
  readonly kinds: readonly CardValue[]
  readonly regions: readonly CardValue[]
  readonly roles: readonly CardValue[]
  readonly systems: readonly string[]
  /** A natural person; the names are masked. */
  readonly personal: boolean
  /** Schemes of which a party has one code and this card has several: some code is of someone else. */
  readonly conflicts: readonly string[]
}

/** Values of one field that are shown; a card with more has the most often said. */
const VALUES_SHOWN = 20
/** A party has one of each. */
const ONE_EACH = ['cn.uscc', 'cn.orgcode9', 'cn.idcard.hash']

export function cardView(
  id: string,
  codes: readonly CardCode[],
  descriptions: readonly CardDescription[],
): CardView {
  const personal = descriptions.some((one) => one.personal)
  const valuesOf = (field: 'name' | 'kind' | 'region' | 'role'): CardValue[] => {
    const values = new Map<string, CardDescription[]>()
    for (const description of descriptions) {
      const own = description[field]
      if (own === null) continue
      const value = field === 'name' && (personal || isPersonalSite({ name: own })) ? maskName(own) : own
      const same = values.get(value)
      if (same) same.push(description)
      else values.set(value, [description])
    }
    return [...values]
      .map(([value, said]) => oneValue(value, said))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, VALUES_SHOWN)
  }
  const schemes = codes.map(({ code }) => codeParts(code).scheme)
  return {
    id,
    codes: codes.map(({ code, region, records }) => ({ ...shownParts(code), region, records })),
    names: valuesOf('name'),
    kinds: valuesOf('kind'),
    regions: valuesOf('region'),
    roles: valuesOf('role'),
    systems: systemsOf(descriptions),
    personal,
    conflicts: ONE_EACH.filter((scheme) => schemes.indexOf(scheme) !== schemes.lastIndexOf(scheme)),
  }
}

/** A code that is a person's is covered as his name is. */
const shownParts = (code: string): { readonly scheme: string; readonly value: string } => {
  const parts = codeParts(code)
  const isDigest = parts.scheme === 'cn.idcard.hash'
  return isPersonalCode(parts) && !isDigest ? { ...parts, value: '***' } : parts
}

const systemsOf = (descriptions: readonly CardDescription[]): string[] =>
  [...new Set(descriptions.map(({ system }) => system))].sort()

function oneValue(value: string, said: readonly CardDescription[]): CardValue {
  const [first, ...others] = said as [CardDescription, ...CardDescription[]]
  let { firstSeen } = first
  let newest = first
  for (const one of others) {
    if (Date.parse(one.firstSeen) < Date.parse(firstSeen)) firstSeen = one.firstSeen
    if (Date.parse(one.lastSeen) > Date.parse(newest.lastSeen)) newest = one
  }
  return {
    value,
    count: said.reduce((sum, { records }) => sum + records, 0),
    systems: systemsOf(said),
    firstSeen,
    lastSeen: newest.lastSeen,
    newest: newest.newest[0] ?? null,
  }
}
