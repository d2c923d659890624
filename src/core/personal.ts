import { citizenIdCheckOk, isCitizenIdShape } from './identifiers/citizen-id.ts'
import { isBusinessName } from './organisation-name.ts'
import { holdsNumber } from './personal-numbers.ts'

/** Kinds of party that are, or trade under the name of, a natural person. */
const PERSONS: ReadonlySet<string> = new Set(['person', 'farmer'])
const BOOTH = /^[A-Z]{0,2}-?\d{1,4}(-\d{1,4})?$/i

/** A number in the wrong field may be a telephone or a citizen's number. */
export const isPersonalNumber = (number: string): boolean =>
  PERSONAL_NUMBERS[number.length]?.test(number) ?? false

/** By how many characters they have. */
const PERSONAL_NUMBERS: Readonly<Record<number, RegExp>> = {
  11: /^1[3-9]\d{9}$/,
  15: /^\d{15}$/,
  18: /^\d{6}(19|20)\d{9}[\dXx]$/,
}

/** A whole citizen's number stays one in whatever field it was written: persons put it where a firm has its code. */
const isCitizenId = (value: string): boolean =>
  value.length === 18 && isCitizenIdShape(value) && citizenIdCheckOk(value) === true

/** Digests of citizens' numbers, these numbers themselves, and the numbering of a source where it looks like a telephone or such a number. */
export const isPersonalCode = ({ scheme, value }: { readonly scheme: string; readonly value: string }) =>
  scheme.startsWith('cn.idcard') ||
  isCitizenId(value) ||
  (scheme.startsWith('local.') && isPersonalNumber(value))

/**
 * Whether the name of a party must be taken for that of a natural person: its source says so, it has a citizen's number, or it is not
 * plainly the name of an organisation or a shop, or has a telephone or a citizen's number in it. Who wrote the mapping may have forgotten to say it.
 */
export function isPersonalParty(party: {
  readonly name?: string | undefined
  readonly kind?: string | undefined
  readonly personal?: boolean | undefined
  readonly ids?: readonly { readonly scheme: string; readonly value: string }[] | undefined
}): boolean {
  if (party.personal === true || PERSONS.has(party.kind ?? '')) return true
  if (party.ids?.some(isPersonalCode)) return true
  return party.name !== undefined && !isBusiness(party.name)
}

/** Whether the name of a site may be that of a person: it is neither that of a place of business nor the number of a stall. */
export const isPersonalSite = ({ name }: { readonly name?: string | undefined }): boolean =>
  name !== undefined && !isBusiness(name) && !BOOTH.test(name)

const isBusiness = (name: string): boolean => isBusinessName(name) && !holdsNumber(name)
