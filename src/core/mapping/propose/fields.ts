import type { Kind } from '#core/model/kinds.ts'
import { endsAsBusiness } from '#core/organisation-name.ts'
import { headingUnit, type Meaning, type PartyRole, type SiteRole } from './meaning.ts'
import type { PlaceColumns } from './place-columns.ts'
import { inComment, quoted } from './quoted.ts'
import { isMass, type Recognised } from './recognise.ts'
import { timeFormats } from './shape.ts'
import { testLines } from './test-lines.ts'

/** The fields of a proposed record: one line of YAML each, those that a person must check with a comment above. */
export function fieldLines(
  kind: Kind,
  fields: readonly Recognised[],
  places: readonly PlaceColumns[] = [],
): string[] {
  const of = (meaning: Meaning): string | undefined => {
    const found = fields.find((field) => field.meaning === meaning)
    return found && quoted(found.profile.name)
  }
  const lines: string[] = []
  const add = (line: string | undefined): void => {
    if (line !== undefined) lines.push(line)
  }
  if (kind === 'sale') lines.push('# CHECK: wholesale, retail or summary', 'saleKind: { const: wholesale }')
  add(timeLine('occurredAt', 'time', fields))
  add(timeLine('recordedAt', 'recorded', fields))
  add(timeLine('producedOn', 'produced', fields))
  add(regionLine(kind, fields, of))
  for (const role of ['market', 'slaughterhouse', 'cold_store', 'stall', 'farm'] as const) {
    if (isAnyNode(fields.find(({ meaning }) => meaning === `${role}.code`)))
      lines.push('# CHECK what place this node is: market, slaughterhouse, farm')
    add(siteLine(role, fields, of))
  }
  for (const role of ['seller', 'buyer', 'supplier', 'owner', 'producer', 'issuer'] as const)
    add(partyLine(role, fields, of))
  lines.push(...documentLines(kind, fields))
  lines.push(...lotLines(fields))
  const specification = of('product.specification')
  add(
    pair(
      'product',
      of('product.code'),
      of('product.name'),
      specification && `specification: ${specification}`,
    ),
  )
  lines.push(...quantityLines(fields, of))
  add(pair('origin', of('origin.code'), of('origin.name')))
  add(pair('destination', of('destination.code'), of('destination.name')))
  for (const { target, fields: columns } of places)
    if (!lines.some((line) => line.startsWith(`${target}:`)))
      lines.push(`${target}: { name: { concat: [${columns.map(quoted).join(', ')}] } }`)
  const vehicle = of('vehicle')
  add(vehicle && `vehicle: ${vehicle}`)
  const dead = of('dead')
  if (kind === 'entry') add(dead && `dead: ${dead}`)
  if (kind === 'test') lines.push(...testLines(fields, of))
  const note = of('note')
  add(note && `note: ${note}`)
  return lines
}

type Of = (meaning: Meaning) => string | undefined

/** The line of a time: the formats are those in which all texts of the sample can be read. */
export function timeLine(
  target: string,
  meaning: Meaning,
  fields: readonly Recognised[],
): string | undefined {
  const field = fields.find((one) => one.meaning === meaning)
  if (field === undefined) return undefined
  const formats = timeFormats(field.profile.texts)
  if (formats === null)
    return meaning === 'time'
      ? `${target}: { from: ${quoted(field.profile.name)}, date: ['yyyy-M-d'] }`
      : undefined
  return `${target}: { from: ${quoted(field.profile.name)}, date: [${formats.map((one) => `'${one}'`).join(', ')}] }`
}

/** Where it happened: a node code begins with the code of its county. Goods that leave for a market do not leave there. */
function regionLine(kind: Kind, fields: readonly Recognised[], of: Of): string | undefined {
  const own = of('region.code')
  if (own !== undefined) return `region: { code: ${own} }`
  for (const meaning of [
    'market.code',
    'slaughterhouse.code',
    'cold_store.code',
    'farm.code',
    'seller.code',
    'owner.code',
  ] as const) {
    const field = fields.find((one) => one.meaning === meaning)
    if (kind === 'dispatch' && meaning === 'market.code') continue
    if (field && (field.shape === 'node' || field.shape === 'operator'))
      return `region: { code: ${quoted(field.profile.name)} }`
  }
  return undefined
}

function pair(
  target: string,
  code: string | undefined,
  name: string | undefined,
  more?: string,
): string | undefined {
  if (code === undefined && name === undefined) return undefined
  const parts = [code && `code: ${code}`, name && `name: ${name}`, more].filter((part) => part !== undefined)
  return `${target}: { ${parts.join(', ')} }`
}

function siteLine(role: SiteRole, fields: readonly Recognised[], of: Of): string | undefined {
  const code = of(`${role}.code`)
  const shape = fields.find((field) => field.meaning === `${role}.code`)?.shape
  const scheme = shape === 'node' ? 'cn.mofcom.node9' : shape === 'uscc' ? 'cn.uscc' : 'local'
  return pair(`sites.${role}`, code && `{ from: ${code}, scheme: ${scheme} }`, of(`${role}.name`))
}

/** Whether neither the digits nor the name of a node code tell what kind of place it is. */
const isAnyNode = (field: Recognised | undefined): boolean =>
  field?.shape === 'node' && !PLACE_NAME.test(field.profile.name)
const PLACE_NAME = /market|市场|mkt|scb[mh]|butcher|slaughter|tzc|屠宰|farm|base|area|基地|养殖|产地/iu

const PARTY_SCHEMES = {
  operator: 'scheme: cn.mofcom.operator13',
  uscc: 'scheme: cn.uscc',
} as const

const SAYS_USCC = /信用代码|uscc|credit|xydm/iu

function partyLine(role: PartyRole, fields: readonly Recognised[], of: Of): string | undefined {
  const code = of(`${role}.code`)
  const own = fields.find((field) => field.meaning === `${role}.code`)
  const shape = own && SAYS_USCC.test(own.profile.name) ? 'uscc' : own?.shape
  const scheme =
    shape === 'operator' || shape === 'uscc'
      ? PARTY_SCHEMES[shape]
      : 'anyOf: [cn.mofcom.operator13, cn.uscc, local]'
  const names = fields.find((field) => field.meaning === `${role}.name`)?.profile.texts ?? []
  // A name that says neither an organisation nor a shop is a person's until somebody knows better.
  const personal = !names.every(endsAsBusiness)
  return pair(
    `parties.${role}`,
    code && `{ from: ${code}, ${scheme} }`,
    of(`${role}.name`),
    personal ? 'personal: by-name' : undefined,
  )
}

const TYPES: Readonly<Record<string, string>> = {
  promise_cert: 'promise_cert',
  origin_cert: 'origin_cert',
  animal: '[animal_A, animal_B]',
  product: '[product_A, product_B]',
  meat_quality: 'meat_quality',
  veg_test_cert: 'veg_test_cert',
  sales_voucher: 'sales_voucher',
  'by-number': 'by-number',
}

function documentLines(kind: Kind, fields: readonly Recognised[]): string[] {
  const found = fields.filter((field) => field.meaning?.startsWith('document.'))
  if (found.length === 0) return []
  const basis = fields.find(({ meaning }) => meaning === 'basis')
  const basisOf = (type: string): string => {
    if (type !== 'promise_cert' || basis === undefined) return ''
    return `, basis: { call: promise-basis, args: [${quoted(basis.profile.name)}, { const: '2026' }] }`
  }
  const lines = found.map(({ meaning, profile }, i) => {
    const type = TYPES[meaning?.slice('document.'.length) ?? 'by-number'] ?? 'by-number'
    const role = kind === 'document' && i === 0 ? 'self' : type === 'sales_voucher' ? 'voucher' : 'upstream'
    return profile.list
      ? `  - { each: ${quoted(profile.name)}, from: ., role: ${role}, type: ${type} }`
      : `  - { role: ${role}, from: ${quoted(profile.name)}, type: ${type}${basisOf(type)} }`
  })
  return lines.some((line) => line.includes('promise-basis'))
    ? ['# CHECK the form (2019, 2021, 2026) by which 承诺依据 is read', 'documents:', ...lines]
    : ['documents:', ...lines]
}

function lotLines(fields: readonly Recognised[]): string[] {
  const found = fields.filter((field) => field.meaning === 'lot' && !field.profile.list)
  if (found.length === 0) return []
  const lines = found.map(({ profile, shape }, i) => {
    const scheme = shape === 'trace' ? 'anyOf: [cn.mofcom.trace20b, local]' : 'scheme: local'
    return `  - { role: ${i === 0 ? 'subject' : 'source'}, from: ${quoted(profile.name)}, ${scheme} }`
  })
  return found.length > 1
    ? [
        '# CHECK which code is that of the goods (subject) and which of what they came from (source)',
        'lots:',
        ...lines,
      ]
    : ['lots:', ...lines]
}

function quantityLines(fields: readonly Recognised[], of: Of): string[] {
  const lines: string[] = []
  const mass = fields.find((field) => field.meaning === 'quantity')
  const unit = of('unit')
  const heads = of('arrived.heads') ?? of('heads')
  if (mass !== undefined) {
    const name = quoted(mass.profile.name)
    const heading = headingUnit(mass.profile.name)
    const told = mass.profile.texts.some((text) => /[^\d.,+\-\s]/u.test(text.normalize('NFKC')))
    if (heading !== undefined) lines.push(`quantity: { from: ${name}, unit: { const: ${heading} } }`)
    else if (unit !== undefined && !isOfPacks(mass, fields))
      lines.push(`quantity: { from: ${name}, unit: ${unit} }`)
    else if (told) lines.push(`quantity: { from: ${name} }`)
    else if (/(^|[_.])g$/i.test(mass.profile.name))
      lines.push(`quantity: { from: ${name}, unit: { const: 克 } }`)
    else lines.push(...massUnit('quantity', name, undefined))
    if (heads !== undefined)
      lines.push(`# ${inComment(heads)}: heads beside the mass; see "mass" in docs/model.md`)
  } else if (heads !== undefined) lines.push(`quantity: { from: ${heads}, unit: { const: 头 } }`)
  const price = of('price')
  if (price !== undefined && mass !== undefined)
    lines.push(
      '# CHECK what the price is for: kg, 500g, or the unit of the line',
      `price: { from: ${price}, per: unit }`,
    )
  const live = fields.find(({ meaning }) => meaning === 'live.mass')
  if (live !== undefined)
    lines.push(...massUnit('mass', quoted(live.profile.name), headingUnit(live.profile.name)))
  const amount = of('amount')
  if (amount !== undefined && mass === undefined && heads !== undefined)
    lines.push(
      `# CHECK: money, or the mass: then it is "mass: { from: ${inComment(amount)}, unit: { const: 公斤 } }"`,
    )
  if (amount !== undefined) lines.push(`amount: { from: ${amount} }`)
  return lines
}

/** A mass in the unit of its heading, or in kilograms until a person has looked. */
export const massUnit = (target: string, name: string, heading: string | undefined): string[] =>
  heading === undefined
    ? [
        '# CHECK the unit with the interface document: 公斤 or 斤. Nothing in the sample says it.',
        `${target}: { from: ${name}, unit: { const: 公斤 } }`,
      ]
    : [`${target}: { from: ${name}, unit: { const: ${heading} } }`]

/** A weight beside a unit of boxes or pieces: that unit is of the number of them, and the weight is in kilograms as a rule. */
function isOfPacks(mass: Recognised, fields: readonly Recognised[]): boolean {
  const units = fields.find(({ meaning }) => meaning === 'unit')?.profile.texts ?? []
  return isMass(mass.profile.name) && units.some((text) => !MASS_UNIT.test(text))
}
const MASS_UNIT = /^(公斤|千克|kgs?|市?斤|克|g|吨|t|两)$/iu
