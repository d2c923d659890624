import type { PartyPart, SitePart } from '#core/model/parts.ts'
import type { Region } from '#core/model/values.ts'
import { isOrganisationName } from '#core/organisation-name.ts'
import { isPersonalNumber } from '#core/personal.ts'
import { countryOf } from '#core/regions/countries.ts'
import { regionPath } from '#core/regions/path.ts'
import { isNamedAfterPerson } from './public-persons.ts'

const LONGEST = 40
/** Runs of digits as long as a telephone number, or as the shortest personal number. */
const LONG_NUMBER = /[\d０-９]{7,}/

/** A name that anyone may see, or undefined. Hidden unless it is plainly that of an organisation, and not of a person who owns it. */
export function publicName(name: string | undefined): string | undefined {
  const text = name?.trim() ?? ''
  const isShown = [...text].length <= LONGEST && isOrganisationName(text) && !LONG_NUMBER.test(text)
  return isShown && !isNamedAfterPerson(text) ? text : undefined
}

const PERSONS: ReadonlySet<string> = new Set(['person', 'farmer', 'sole_trader'])

/** Name of a party that is no natural person; a digest of a citizen's number or the mark of the source makes it one. */
export function publicParty(party: PartyPart | undefined): string | undefined {
  if (!party || party.personal === true || PERSONS.has(party.kind ?? '')) return undefined
  if (party.ids.some(({ scheme }) => scheme.startsWith('cn.idcard'))) return undefined
  return publicName(party.name)
}

const PLACES: readonly SitePart['role'][] = [
  'market',
  'slaughterhouse',
  'farm',
  'cold_store',
  'store',
  'canteen',
  'checkpoint',
]
const BOOTH = /^[A-Z]{0,2}-?\d{1,4}(-\d{1,4})?$/i

/** Where people buy. */
const SHOPS: readonly SitePart['role'][] = ['market', 'store', 'canteen']

/** Where it happened: the market, slaughterhouse or farm by name. */
export const publicPlace = (sites: readonly SitePart[] | undefined): string | undefined =>
  namedOf(sites, PLACES)

/** The market, shop or canteen by name. */
export const publicShop = (sites: readonly SitePart[] | undefined): string | undefined =>
  namedOf(sites, SHOPS)

const namedOf = (
  sites: readonly SitePart[] | undefined,
  roles: readonly SitePart['role'][],
): string | undefined =>
  roles.map((role) => publicName(sites?.find((site) => site.role === role)?.name)).find(Boolean)

/** Code of the market where people buy. */
export const marketCode = (sites: readonly SitePart[] | undefined): string | undefined =>
  sites?.find(({ role }) => role === 'market')?.ids.find(({ scheme }) => scheme === 'cn.mofcom.node9')?.value

/** The number of the stall; its name is often its holder's. */
export const publicStall = (sites: readonly SitePart[] | undefined): string | undefined =>
  sites?.find(({ role, name }) => role === 'stall' && BOOTH.test(name ?? ''))?.name

/** Country, or province, prefecture and county of a resolved code. What a source wrote itself may be an address and is not shown. */
export const publicRegion = (region: Region | undefined): string | undefined =>
  region?.code
    ? regionPath(region.code, region.year).join('') || undefined
    : countryOf(region?.country ?? '')?.name

/** A telephone or a citizen's number with letters around it. */
const PERSONAL_RUN = /(?<!\d)(1[3-9]\d{9}|\d{6}(?:19|20)\d{9}[\dXx])(?!\d)/g
const IS_NUMBER = /^(?=.*\d)[A-Za-z\d\-_/.:]{1,60}$/

/** A number in the wrong field may be a telephone or a citizen's number: then only its ends are left. Words are no number. */
export function publicNumber(number: string): string {
  if (isPersonalNumber(number)) return cover(number)
  return IS_NUMBER.test(number) ? number.replace(PERSONAL_RUN, cover) : '****'
}

const cover = (number: string): string => `${number.slice(0, 2)}****${number.slice(-2)}`
