import { isPrecisionLost } from '#core/text.ts'
import { isInRows, meaningAround } from './around.ts'
import type { FieldProfile } from './field-profile.ts'
import { type Meaning, meaningOfName, plainName } from './meaning.ts'
import { isCounted, isRowName } from './row-number.ts'
import { type Shape, shapeOf, timeFormats } from './shape.ts'

/** What one source field was taken for. */
export interface Recognised {
  readonly profile: FieldProfile
  readonly shape: Shape
  /** Undefined: nothing is proposed for it. */
  readonly meaning: Meaning | undefined
}

/** Meanings that several fields of one record may have. */
const MANY: ReadonlySet<Meaning> = new Set(['lot', 'personal', 'document.by-number'])

/** Takes each field for what its name says where its values do not speak against it, else for what the values alone say. */
export function recognise(profiles: readonly FieldProfile[]): Recognised[] {
  const shaped = profiles.map((profile) => ({ profile, shape: shapeOf(profile) }))
  const claims = shaped.map(({ profile, shape }) =>
    isInRows(profile, profiles) ? undefined : claimOf(profile, shape),
  )
  const winners = winnersOf(shaped, claims)
  const taken = new Set<Meaning>(winners.keys())
  const found = shaped.map(({ profile, shape }, i): Recognised => {
    const claim = claims[i]
    const wins = claim !== undefined && (MANY.has(claim) || winners.get(claim) === i)
    return { profile, shape, meaning: wins ? claim : undefined }
  })
  const byValues = found.map((field, i): Recognised => {
    if (field.meaning !== undefined || claims[i] !== undefined) return field
    const meaning = field.profile.stands === 'row' ? meaningOfShape(field, taken) : undefined
    if (meaning !== undefined) taken.add(meaning)
    return { ...field, meaning }
  })
  return withUnits(withOneParty(withNames(moneyOrMass(byValues), taken)))
}

const AMOUNTS: ReadonlySet<Meaning> = new Set([
  'quantity',
  'heads',
  'arrived.heads',
  'slaughtered.heads',
  'live.mass',
  'carcass.mass',
  'dead',
  'test.sampled',
  'test.positive',
  'price',
  'amount',
])
const NUMERAL = /[\d〇零一二三四五六七八九十百千万两半壹贰叁肆伍陆柒捌玖拾佰仟]/u
const hasNumber = (text: string): boolean => NUMERAL.test(text.normalize('NFKC'))

/** What a name means, unless the values are plainly something else. */
function claimOf(profile: FieldProfile, shape: Shape): Meaning | undefined {
  if (profile.stands === 'heading') return undefined
  if (profile.stands === 'around') return meaningAround(profile, shape)
  const named = meaningOfName(profile.name)
  if (named === undefined) return undefined
  if (shape === 'phone' || shape === 'identity') return 'personal'
  if (named === 'time' && profile.filled > 0 && shape !== 'time' && timeFormats(profile.texts) === null)
    return undefined
  if (AMOUNTS.has(named) && profile.filled > 0 && !profile.texts.some(hasNumber))
    // Initials of 重量 and of 种类.
    return plainName(profile.name) === 'zl' ? 'product.name' : undefined
  // The false friend: a field called area that holds the code of the farm.
  if (named === 'origin.code' && shape === 'node') return 'farm.code'
  if (named === 'origin.name' && shape === 'region-code') return 'origin.code'
  if (named.startsWith('document.') && shape === 'promise') return 'document.promise_cert'
  return named
}

/** Of several fields with one meaning the one that fits best: a weight before a number of packs, a unique number before others. */
function winnersOf(
  shaped: readonly { readonly profile: FieldProfile }[],
  claims: readonly (Meaning | undefined)[],
): Map<Meaning, number> {
  const winners = new Map<Meaning, number>()
  claims.forEach((claim, i) => {
    if (claim === undefined) return
    const before = winners.get(claim)
    if (before === undefined || isBetter(claim, shaped[i]?.profile, shaped[before]?.profile))
      winners.set(claim, i)
  })
  return winners
}

function isBetter(claim: Meaning, one: FieldProfile | undefined, other: FieldProfile | undefined): boolean {
  if (one === undefined || other === undefined) return false
  if (other.filled === 0 && one.filled > 0) return true
  if (one.stands !== other.stands) return false
  if (claim === 'quantity') {
    if (isSparse(one, other) || isSparse(other, one)) return isSparse(other, one)
    return isMass(one.name) && !isMass(other.name)
  }
  if (claim === 'key') return numbers(one) > numbers(other)
  return false
}

/** How well a field numbers the records: a row that is counted does less than the order of which it is a line. */
function numbers(profile: FieldProfile): number {
  if (isRowName(profile.name) && isCounted(profile)) return isNumbering(profile) ? 1 : 0
  if (isNumbering(profile)) return 3
  return profile.filled === profile.records ? 2 : 0
}

/** Of two amounts, one that many rows leave empty says less of the goods than one that they all have. */
const isSparse = (one: FieldProfile, other: FieldProfile): boolean => one.filled < other.filled * 0.8

/** Whether a field numbers the records: each has another text, and none is a number that lost digits. */
export const isNumbering = ({ unique, texts }: FieldProfile): boolean =>
  unique && !texts.some(isPrecisionLost)

/** Whether a name is one of a weight and not of a number of packs. */
export const isMass = (name: string): boolean => /weight|重|斤|^kg$|^zl$|(^|\.)jz$/iu.test(name)

/** `amount` is money where there is a price or another quantity, and the quantity itself where there is none. */
function moneyOrMass(fields: readonly Recognised[]): Recognised[] {
  const has = (meaning: Meaning): boolean => fields.some((field) => field.meaning === meaning)
  if (!has('amount') || has('quantity') || has('price')) return [...fields]
  return fields.map((field) => (field.meaning === 'amount' ? { ...field, meaning: 'quantity' } : field))
}

/** The unit of a heading is that of the quantity below it, unless each row says its own. */
function withUnits(fields: readonly Recognised[]): Recognised[] {
  const quantity = fields.find(({ meaning }) => meaning === 'quantity')
  const hasOwn = fields.some(({ meaning }) => meaning === 'unit')
  return fields.map((field): Recognised => {
    const isUnit =
      field.profile.stands === 'heading' && field.profile.name === `unit.${quantity?.profile.name}`
    return isUnit && !hasOwn ? { ...field, meaning: 'unit' } : field
  })
}

/** What the values alone say, where no name is known: only shapes that are hardly anything else. */
function meaningOfShape({ shape, profile }: Recognised, taken: ReadonlySet<Meaning>): Meaning | undefined {
  const free = (...meanings: Meaning[]): Meaning | undefined => meanings.find((one) => !taken.has(one))
  switch (shape) {
    case 'phone':
    case 'identity':
      return 'personal'
    case 'time':
      return profile.filled === profile.records ? free('time') : undefined
    case 'node':
      return free('market.code')
    case 'operator':
      return free('seller.code', 'buyer.code')
    case 'uscc':
      return free('owner.code', 'buyer.code')
    case 'promise':
      return profile.list ? undefined : free('document.promise_cert')
    case 'origin-proof':
      return free('document.origin_cert')
    case 'plate':
      return free('vehicle')
    case 'region-code':
      return free('origin.code')
    case 'product-code':
      return free('product.code')
    default:
      return profile.unique && profile.texts.every((text) => NUMBERED.test(text)) ? free('key') : undefined
  }
}

/** A credit code that nobody else is named by is that of the producer whose name stands beside it: one party and not two. */
function withOneParty(fields: readonly Recognised[]): Recognised[] {
  const has = (meaning: Meaning): boolean => fields.some((field) => field.meaning === meaning)
  if (!has('producer.name') || has('producer.code') || has('issuer.name')) return [...fields]
  return fields.map((field) =>
    field.meaning === 'issuer.code' ? { ...field, meaning: 'producer.code' } : field,
  )
}

/** Digits, with letters before them at most: the number of something. */
const NUMBERED = /^[A-Za-z]{0,8}[-_]?\d{6,}$/
const NAME_ENDING = /^(name|名称)?$/iu
const STEM = /(code|id|no|编码|编号|代码)$/iu

/** `firstStation` beside `firstStationCode` is the name to that code. */
function withNames(fields: readonly Recognised[], taken: ReadonlySet<Meaning>): Recognised[] {
  const profiles = fields.map(({ profile }) => profile)
  return fields.map((field) => {
    if (field.meaning !== undefined || isInRows(field.profile, profiles)) return field
    for (const role of ['owner', 'seller', 'buyer', 'supplier', 'producer', 'issuer'] as const) {
      const code = fields.find(
        ({ meaning, profile }) => meaning === `${role}.code` && profile.stands === field.profile.stands,
      )
      const stem = code?.profile.name.replace(STEM, '')
      if (stem && !taken.has(`${role}.name`) && NAME_ENDING.test(rest(field.profile.name, stem)))
        return { ...field, meaning: `${role}.name` as const }
    }
    return field
  })
}

/** What a name has behind the stem; something else entirely where it does not begin with it. */
const rest = (name: string, stem: string): string => (name.startsWith(stem) ? name.slice(stem.length) : '\0')
