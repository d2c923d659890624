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

/**
 * Who had the goods there, as a digest: two systems that tell of the same goods must come to the same one. Of entries and trades that is
 * the trader, whom ledgers and platforms both name; of tickets the stall, because scales know nothing else.
 */
export function holderOf(body: Pick<Body, 'sites' | 'parties'>, first: 'stall' | 'trader'): string {
  const stall = stallOf(body.sites ?? [])
  const trader = traderOf(body.parties ?? [])
  const found = first === 'stall' ? (stall ?? trader) : (trader ?? stall)
  return found === undefined ? '' : hash('sha256', found, 'base64url').slice(0, 16)
}

function stallOf(sites: readonly SitePart[]): string | undefined {
  const stall = sites.find(({ role }) => role === 'stall')
  const named = stall?.name ?? stall?.ids[0]?.value
  return named === undefined ? undefined : `stall ${normaliseCode(named)}`
}

function traderOf(parties: readonly PartyPart[]): string | undefined {
  const trader = TRADERS.map((role) => parties.find((one) => one.role === role)).find(
    (one) => one !== undefined,
  )
  const named = trader?.name === undefined ? trader?.ids[0]?.value : normaliseKey(trader.name)
  return named === undefined ? undefined : `trader ${named}`
}
