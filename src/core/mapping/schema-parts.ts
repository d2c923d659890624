import Type, { type TProperties, type TSchema } from 'typebox'
import { DOCUMENT_TYPES } from '#core/documents/document-type.ts'
import { DOCUMENT_ROLES, LOT_ROLES, PARTY_KINDS, SITE_KINDS, VERDICTS } from '#core/model/parts.ts'
import { PRODUCT_CLASSES } from '#core/products/product-class.ts'
import { CALLS } from './verbs/calls.ts'
import { ROLES } from './verbs/party.ts'

export const ref = (name: string): TSchema => Type.Unsafe({ $ref: `#/$defs/${name}` })
export const closed = { additionalProperties: false }
export const told = <T extends TSchema>(schema: T, description: string): T =>
  Object.assign(schema, { description })
/** Every part of a map may be left out; what must be there the compiler tells better than a schema. */
export const parts = (properties: TProperties, description?: string): TSchema =>
  Type.Unsafe({ type: 'object', properties, ...closed, ...(description ? { description } : {}) })
export const oneOf = (values: readonly string[]): TSchema =>
  Type.Unsafe({ type: 'string', enum: [...values] })
export const scalar: TSchema = Type.Unsafe({ type: ['string', 'number', 'boolean'] })
export const scalars: TSchema = Type.Unsafe({ anyOf: [scalar, { type: 'array', items: scalar }] })
export const list = (items: TSchema): TSchema => Type.Unsafe({ type: 'array', items })

/** Verbs that give and change one text. */
const text: TProperties = {
  from: told(
    Type.Unsafe({ anyOf: [Type.String(), list(Type.String())] }),
    'A source field, or several of which the first with a value counts',
  ),
  const: told(Type.Unsafe({ ...scalar }), 'A text that the interface document declares'),
  concat: told(list(ref('text')), 'Texts one behind the other'),
  choose: told(list(ref('choice')), 'The first text whose "when" holds'),
  call: told(oneOf(Object.keys(CALLS)), 'A named function'),
  args: told(list(ref('text')), 'What the function is given'),
  enum: told(
    Type.Unsafe({ type: 'object', additionalProperties: scalar }),
    'What each value of the source stands for',
  ),
  lookup: told(Type.String(), 'A code table: tables/<name>.yaml'),
  miss: told(oneOf(['keep', 'none', 'flag', 'reject']), 'What happens to a value that is not there'),
  mask: told(oneOf(['phone', 'name', 'id']), 'Covers the middle of a personal text'),
}
export const textWith = (more: TProperties, description?: string): TSchema =>
  Type.Unsafe({ anyOf: [Type.String(), parts({ ...text, ...more }, description)] })

const scheme: TProperties = {
  scheme: told(Type.String(), 'Identifier scheme such as cn.mofcom.operator13, local, or any'),
  anyOf: told(list(Type.String()), 'Identifier schemes of which the first that fits counts'),
}
const date: TProperties = {
  date: told(scalars, 'Formats: yyyy M d H m s, iso, epoch-ms, epoch-s, excel, excel-1904, dotnet'),
  zone: told(Type.String(), 'Asia/Shanghai, UTC or ±hh:mm'),
}
const flow = parts({
  documents: ref('documents'),
  lots: ref('lots'),
  product: ref('product'),
  quantity: ref('quantity'),
  mass: ref('quantity'),
})
const party = (kinds: readonly string[]): TSchema =>
  parts({
    code: Type.Unsafe({ anyOf: [ref('code'), list(ref('code'))] }),
    name: ref('text'),
    kind: Type.Unsafe({ anyOf: [ref('text'), oneOf(kinds)] }),
    personal: Type.Unsafe({ anyOf: [Type.Boolean(), Type.Literal('by-name')] }),
  })
const condition: TSchema = Type.Unsafe({
  anyOf: [
    oneOf(['present', 'absent']),
    scalars,
    parts({ above: scalar, below: scalar, equal: scalar, not: scalars, starts: scalars }),
  ],
})

/** What the fields of a map are made of: the verbs that give a text, a time, a code, a party. */
export const DEFS: TProperties = {
  text: textWith({}),
  choice: textWith({ when: ref('when') }),
  keyPart: textWith({
    ...date,
    optional: told(Type.Boolean(), 'Without a value the part is an empty text'),
    day: told(Type.Boolean(), 'Of a time with date: the day alone, also where the source writes a time'),
  }),
  when: Type.Unsafe({ type: 'object', minProperties: 1, additionalProperties: condition }),
  code: textWith(scheme),
  date: textWith(date),
  texts: textWith({ each: Type.String() }),
  region: Type.Unsafe({
    anyOf: [ref('text'), parts({ code: ref('text'), name: ref('text'), country: ref('text') })],
  }),
  product: parts(
    {
      code: ref('text'),
      name: ref('text'),
      class: textWith({}),
      ids: ref('code'),
      specification: ref('text'),
    },
    `Classes: ${Object.keys(PRODUCT_CLASSES).join(', ')}`,
  ),
  quantity: textWith({
    unit: textWith({ default: Type.String() }),
    dimension: oneOf(['mass', 'any']),
    packs: ref('text'),
    times: ref('text'),
    units: Type.Unsafe({ type: 'object', additionalProperties: Type.String() }),
  }),
  price: textWith({
    per: Type.Unsafe({
      anyOf: [oneOf(['kg', '500g', 'piece', 'head', 'unit']), list(oneOf(['kg', '500g'])), ref('text')],
    }),
    scale: oneOf(['yuan', 'fen']),
    amount: ref('amount'),
  }),
  amount: textWith({ scale: oneOf(['yuan', 'fen']) }),
  documents: list(
    parts({
      ...text,
      each: Type.String(),
      role: oneOf(DOCUMENT_ROLES),
      type: Type.Unsafe({
        anyOf: [
          oneOf([...Object.keys(DOCUMENT_TYPES), 'by-number']),
          list(oneOf(Object.keys(DOCUMENT_TYPES))),
          parts(text),
        ],
      }),
      scheme: Type.String(),
      provinces: told(
        list(ref('text')),
        'Two codes that begin with a province: here, and where it comes from',
      ),
      issuer: ref('text'),
      form: ref('text'),
      issueType: ref('text'),
      basis: ref('texts'),
      sources: ref('texts'),
      earTags: ref('texts'),
      signature: ref('text'),
      signedText: ref('text'),
      issuedOn: ref('date'),
      validUntil: Type.Unsafe({ anyOf: [ref('date'), parts({ days: ref('text') })] }),
      url: ref('text'),
    }),
  ),
  lots: list(
    parts({
      ...text,
      ...scheme,
      each: Type.String(),
      role: oneOf(LOT_ROLES),
      expected: told(
        Type.Boolean(),
        'A record with this lot as its subject is expected; until it comes this one waits',
      ),
    }),
  ),
  flow,
  test: parts(
    Object.fromEntries(
      [
        'device',
        'item',
        'itemCode',
        'limit',
        'method',
        'operator',
        'positive',
        'raw',
        'reading',
        'sample',
        'sampled',
        'screening',
        'unit',
        'value',
        'verdict',
      ].map((name) => [name, ref('text')]),
    ),
    `Verdicts: ${VERDICTS.join(', ')}`,
  ),
  parties: parts(Object.fromEntries(ROLES.parties.map((role) => [role, ref('party')]))),
  party: party(PARTY_KINDS),
  sites: parts(Object.fromEntries(ROLES.sites.map((role) => [role, ref('site')]))),
  site: party(SITE_KINDS),
}
