import { hash } from 'node:crypto'
import type { Body } from '#core/model/body.ts'
import type { PartyPart, SitePart } from '#core/model/parts.ts'
import type { Alias } from '#core/model/values.ts'
import { isPersonalCode, isPersonalSite } from '#core/personal.ts'
import { normaliseCode, normaliseKey } from '#core/text.ts'

/** A place as a record names it. */
export interface NamedPlace {
  /** Its code where the record has one, else its name with the region (`大关湾示例农贸市场@330105`); empty where it names none. */
  readonly said: string
  /** The name with the region, where the record has a name; what others may call the place by. */
  readonly name: string
}

const NOWHERE: NamedPlace = { said: '', name: '' }
const ROLES = [
  'market',
  'slaughterhouse',
  'store',
  'canteen',
  'cold_store',
  'checkpoint',
  'farm',
  'self',
] as const
const NODE = 'cn.mofcom.node9'
/** Longer ones are no code and no name of a market, and would not fit in an index. */
const LONGEST = 100

/** Between a name and its region. No code has it. */
const AT = '@'
export const isSaidByName = (said: string): boolean => said.includes(AT)
/** The name of a place that is said by name. */
export const nameOf = (said: string): string => said.slice(0, said.indexOf(AT))
/** The same name as records say it that tell no region: it means what it means in all regions together. */
export const withoutRegion = (said: string): string => `${nameOf(said)}${AT}`
/** How a place is named that is known by name only. */
export const namedPlace = (name: string, region: string): string => `${normaliseKey(name)}${AT}${region}`

/** The market, or other place of business, at which a record says that it happened. */
export function placeOf({ sites = [], region }: Pick<Body, 'sites' | 'region'>): NamedPlace {
  const site = ROLES.map((role) => sites.find((one) => one.role === role)).find((one) => one !== undefined)
  if (site === undefined) return NOWHERE
  const code = codeOf(site.ids)
  const name =
    site.name === undefined || isPersonalSite(site)
      ? ''
      : namedPlace(site.name, (region ?? site.region)?.code ?? '')
  const fits = [code ?? '', name].map((text) => (text.length <= LONGEST ? text : ''))
  return { said: fits[0] || (fits[1] ?? ''), name: fits[1] ?? '' }
}

function codeOf(ids: readonly Alias[]): string | undefined {
  const open = ids.filter((id) => !isPersonalCode(id) && !id.value.includes(AT))
  return (open.find(({ scheme }) => scheme === NODE) ?? open[0])?.value
}

const TRADERS: readonly PartyPart['role'][] = ['owner', 'seller', 'payee', 'supplier']

/** How traders are told apart: by their codes before their names; `named`: by their names alone, as they were formerly. */
export type TradersTold = 'coded' | 'named'

/**
 * Who had the goods there: a digest of what he is called, and codes with their schemes behind it, between blanks. Two systems that tell of the same goods must come to the same one (`traders.ts`). Of entries and trades that is
 * the trader, whom ledgers and platforms both name; of tickets the stall, because scales know nothing else. Empty where neither is told.
 */
export function holderOf(
  body: Pick<Body, 'sites' | 'parties'>,
  first: 'stall' | 'trader',
  told: TradersTold = 'coded',
): string {
  const stall = stallOf(body.sites ?? [])
  const trader = traderOf(body.parties ?? [], told)
  return (first === 'stall' ? (stall ?? trader) : (trader ?? stall)) ?? ''
}

const digestOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, 16)

function stallOf(sites: readonly SitePart[]): string | undefined {
  const stall = sites.find(({ role }) => role === 'stall')
  const named = stall?.name ?? stall?.ids[0]?.value
  return named === undefined ? undefined : digestOf(`stall ${normaliseCode(named)}`)
}

function traderOf(parties: readonly PartyPart[], told: TradersTold): string | undefined {
  const trader = TRADERS.map((role) => parties.find((one) => one.role === role)).find(
    (one) => one !== undefined,
  )
  if (trader === undefined) return undefined
  const { name, ids } = trader
  const codes = told === 'coded' ? codesOf(ids) : []
  const own = name === undefined ? ids[0]?.value : normaliseKey(name)
  if (own === undefined) return undefined
  return [name === undefined && codes.length > 0 ? '' : digestOf(`trader ${own}`), ...codes].join(' ')
}

/** A party has two or three. */
const CODES_MAX = 4

/** Codes but for a system's own numbers and those of persons: nothing of these is kept in what is added up of many records. */
const codesOf = (ids: readonly Alias[]): string[] =>
  ids
    .filter((id) => !id.scheme.startsWith('local.') && !isPersonalCode(id))
    .map(({ scheme, value }) => `${scheme}:${digestOf(`trader ${value}`)}`)
    .sort()
    .slice(0, CODES_MAX)
