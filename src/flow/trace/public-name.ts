import type { PartyPart, SitePart } from '#core/model/parts.ts'
import type { Region } from '#core/model/values.ts'
import { countryOf } from '#core/regions/countries.ts'
import { regionPath } from '#core/regions/path.ts'

/** Words that end the name of an organisation or a place that food labels must name; a trader's own name does not. */
const ORGANISATION =
  /(公司|集团|合作社|联合社|农场|林场|渔场|牧场|养殖场|养猪场|养鸡场|基地|种植园|果园|茶园|肉联厂|屠宰场|屠宰厂|屠宰点|加工厂|食品厂|市场|超市|商场|菜场|食堂|学校|医院|冷库|冷链中心|配送中心|检测中心|检测站|检测所|检验所|监督所|管理局|农业局|农业农村局|检查站|村民委员会|村委会)$/
const SHORTEST = 5
const LONGEST = 40
/** Runs of digits as long as a telephone number, or as the shortest personal number. */
const LONG_NUMBER = /\d{7,}/

/**
 * A name that anyone may see, or undefined. Hidden unless it is plainly that of an organisation: at least five characters, ending as
 * organisations end, no long number in it. Names of persons have two to four characters, households end in 户, shops of sole traders
 * (商行, 摊, 部) often bear the trader's name: none of them passes.
 */
export function publicName(name: string | undefined): string | undefined {
  const text = name?.trim() ?? ''
  const length = [...text].length
  const isShown =
    length >= SHORTEST && length <= LONGEST && ORGANISATION.test(text) && !LONG_NUMBER.test(text)
  return isShown ? text : undefined
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

/** Where it happened: the market, slaughterhouse or farm by name; a stall only by its number. */
export function publicPlace(sites: readonly SitePart[] | undefined): string | undefined {
  const shown = PLACES.map((role) => publicName(sites?.find((site) => site.role === role)?.name)).find(
    Boolean,
  )
  const booth = sites?.find(({ role, name }) => role === 'stall' && BOOTH.test(name ?? ''))?.name
  return [shown, booth].filter(Boolean).join(' ') || undefined
}

/** Country, or province, prefecture and county of a resolved code. What a source wrote itself may be an address and is not shown. */
export const publicRegion = (region: Region | undefined): string | undefined =>
  region?.code
    ? regionPath(region.code, region.year).join('') || undefined
    : countryOf(region?.country ?? '')?.name

/** A plate with nothing left but province and city: `浙H*****`. */
export const maskedPlate = (plate: string | undefined): string | undefined =>
  plate && /^\p{Script=Han}[A-Z]/u.test(plate) ? `${[...plate].slice(0, 2).join('')}*****` : undefined

/** A number in the wrong field may be a telephone or a citizen's number: then only its ends are left. */
export function publicNumber(number: string): string {
  const isPersonal =
    /^1[3-9]\d{9}$/.test(number) || /^\d{6}(19|20)\d{9}[\dX]$/.test(number) || /^\d{15}$/.test(number)
  return isPersonal ? `${number.slice(0, 2)}****${number.slice(-2)}` : number.slice(0, 60)
}

/** Product or test item as a few words; anything longer or with a long number in it is not one. */
export const publicWords = (text: string | undefined): string | undefined =>
  text && text.length <= LONGEST && !LONG_NUMBER.test(text) ? text : undefined
