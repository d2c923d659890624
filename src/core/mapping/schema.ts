import Type, { type TProperties, type TSchema } from 'typebox'
import { DOCUMENT_TYPES } from '#core/documents/document-type.ts'
import { KINDS, type Kind, kindDefinition } from '#core/model/kinds.ts'
import { DOCUMENT_ROLES, LOT_ROLES, PARTY_KINDS, SITE_KINDS, VERDICTS } from '#core/model/parts.ts'
import { PRODUCT_CLASSES } from '#core/products/product-class.ts'
import { RELATED } from './backward/related.ts'
import { type Shape, targetsOf } from './compile/targets.ts'
import { CALLS } from './verbs/calls.ts'
import { ROLES } from './verbs/party.ts'

const ref = (name: string): TSchema => Type.Unsafe({ $ref: `#/$defs/${name}` })
const closed = { additionalProperties: false }
const told = <T extends TSchema>(schema: T, description: string): T => Object.assign(schema, { description })
/** Every part of a map may be left out; what must be there the compiler tells better than a schema. */
const parts = (properties: TProperties, description?: string): TSchema =>
  Type.Unsafe({ type: 'object', properties, ...closed, ...(description ? { description } : {}) })
const oneOf = (values: readonly string[]): TSchema => Type.Unsafe({ type: 'string', enum: [...values] })
const scalar: TSchema = Type.Unsafe({ type: ['string', 'number', 'boolean'] })
const scalars: TSchema = Type.Unsafe({ anyOf: [scalar, { type: 'array', items: scalar }] })
const list = (items: TSchema): TSchema => Type.Unsafe({ type: 'array', items })

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
const textWith = (more: TProperties, description?: string): TSchema =>
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

const DEFS: TProperties = {
  text: textWith({}),
  choice: textWith({ when: ref('when') }),
  keyPart: textWith({
    ...date,
    optional: told(Type.Boolean(), 'Without a value the part is an empty text'),
  }),
  when: Type.Unsafe({ type: 'object', minProperties: 1, additionalProperties: condition }),
  code: textWith(scheme),
  date: textWith(date),
  texts: textWith({ each: Type.String() }),
  region: Type.Unsafe({
    anyOf: [ref('text'), parts({ code: ref('text'), name: ref('text'), country: ref('text') })],
  }),
  product: parts(
    { code: ref('text'), name: ref('text'), class: textWith({}), ids: ref('code') },
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

const SHAPES: Readonly<Record<Shape['is'], string>> = {
  event: 'date',
  time: 'date',
  region: 'region',
  parties: 'parties',
  sites: 'sites',
  lots: 'lots',
  documents: 'documents',
  product: 'product',
  line: 'quantity',
  quantity: 'quantity',
  price: 'price',
  amount: 'amount',
  flow: 'flow',
  test: 'test',
  words: 'text',
  number: 'text',
  flag: 'text',
  value: 'text',
  list: 'texts',
  ids: 'code',
}

function emitOf(kind: Kind): TSchema {
  const targets = Object.entries(targetsOf(kind)).map(
    ([name, shape]) => [name, ref(SHAPES[shape.is])] as const,
  )
  const parties = ROLES.parties.map((role) => [`parties.${role}`, ref('party')] as const)
  const sites = ROLES.sites.map((role) => [`sites.${role}`, ref('site')] as const)
  return Type.Unsafe({
    type: 'object',
    description: kindDefinition(kind).description[0],
    required: ['kind', 'fields'],
    properties: {
      kind: Type.Literal(kind),
      key: list(ref('keyPart')),
      when: ref('when'),
      fields: parts(Object.fromEntries([...targets, ...parties, ...sites])),
    },
    ...closed,
  })
}

/** JSON Schema of a mapping file, for editors: completes names and marks mistakes. What is committed is tested against it. */
export function mappingSchema(): TSchema {
  const read = parts({
    format: oneOf(['json', 'ndjson', 'xml', 'soap', 'csv', 'form', 'xlsx', 'dbf']),
    encoding: Type.String(),
    rows: Type.String(),
    envelope: told(scalars, 'Members around the list that the mapping reads, as envelope.<name>'),
    expect: told(
      Type.Unsafe({ type: 'object', minProperties: 1, additionalProperties: scalars }),
      'What members around the list must say; a message that says something else is refused',
    ),
    empty: scalars,
    xml: parts({
      roots: scalars,
      envelope: parts(
        {
          name: Type.String(),
          attributes: Type.Unsafe({ type: 'object', additionalProperties: Type.String() }),
        },
        'The element around the rows, and what its attributes must say',
      ),
      repair: parts(
        {
          ampersand: Type.Literal('escape'),
          closing: Type.Unsafe({ type: 'object', additionalProperties: Type.String() }),
        },
        'Known damage that is repaired before the text is read',
      ),
      join: parts({
        detail: Type.String(),
        base: Type.String(),
        on: scalars,
        park: told(Type.Boolean(), 'Parts that come in different messages wait for each other'),
      }),
    }),
    soap: told(
      parts({ field: Type.String() }),
      'The element of the envelope whose text is the XML document with the records',
    ),
    csv: parts({
      delimiter: told(Type.String(), 'One character, tab, or auto'),
      quote: told(Type.String(), 'One character, or none'),
      header: scalars,
      skip: told(Type.Integer(), 'Lines above the title row'),
      comment: told(Type.String(), 'What a line begins with that is a remark'),
    }),
    names: told(
      oneOf(['as-written', 'any-case']),
      'any-case: names of fields count whatever the case of their letters',
    ),
    form: parts({ field: Type.String(), format: Type.Literal('json') }),
    xlsx: parts({
      sheet: told(Type.String(), 'Name of the sheet; the first visible one where not given'),
      header: told(Type.Integer({ minimum: 1 }), 'Row of the names of the columns; 1 where not given'),
      title: told(
        parts({ cell: Type.String(), parts: scalars }),
        'A cell above the headings; its parts between blanks are title.<part>',
      ),
      units: told(scalars, 'Columns with their unit in the heading: 数量(斤) is 数量, and unit.数量 is 斤'),
      ditto: told(Type.Boolean(), 'Marks such as 同上 take the value of the row above'),
      totals: told(
        Type.Unsafe({ type: 'object', additionalProperties: scalars }),
        'Rows that are no records: texts by column',
      ),
      hiddenRows: oneOf(['read', 'skip']),
    }),
    dbf: parts({
      deleted: told(
        oneOf(['skip', 'read']),
        'read: rows marked as deleted are records too, told apart by dbf.deleted; skip where not given',
      ),
    }),
    maxDepth: Type.Integer(),
    also: told(
      Type.Unsafe({ type: 'object', minProperties: 1, additionalProperties: { type: 'object' } }),
      'How messages of other content types are read: the same names, but `empty` and `also`',
    ),
  })
  const properties = {
    mapping: told(Type.String({ pattern: '^[a-z0-9-]+/[a-z0-9-]+$' }), '<system>/<record>'),
    version: Type.Integer({ minimum: 1 }),
    title: parts({ zh: Type.String(), en: Type.String() }),
    direction: oneOf(['forward', 'backward']),
    read,
    ignore: told(scalars, 'Source fields that are not mapped on purpose'),
    key: told(list(ref('keyPart')), 'The parts of the source’s own key'),
    status: textWith({ active: scalars, void: scalars, absent: Type.Literal('active') }),
    void: parts({
      of: list(ref('text')),
      keeps: Type.Literal('content'),
      body: Type.Literal('new'),
      reason: ref('text'),
      at: ref('date'),
    }),
    order: ref('date'),
    emit: list(Type.Unsafe({ anyOf: KINDS.map(emitOf) })),
    tests: list(parts({ in: Type.String(), out: Type.String() })),
    write: parts({
      format: oneOf(['json', 'xml', 'csv', 'xlsx']),
      rows: Type.String(),
      root: Type.String(),
      row: Type.String(),
      loose: told(Type.Boolean(), 'XML: the fields are elements themselves, with none around a record'),
      once: told(
        Type.Unsafe({ ...scalars }),
        'XML: elements that are written once where several records have the same',
      ),
      blank: told(Type.Boolean(), 'XML: fields without a value are empty elements'),
      count: told(Type.String(), 'XML: attribute of the document for the number of its records'),
      delimiter: Type.String(),
      message: told(
        Type.Unsafe({ type: 'object' }),
        'What stands around the list, from sending.at, nonce, number, signature',
      ),
      group: told(
        Type.Unsafe({ type: 'object' }),
        'What records must share to stand in one message; in XML attributes of the document',
      ),
      file: told(
        Type.Unsafe({ type: 'array' }),
        'Parts of the name of the file that holds all records of that name, for links to a folder',
      ),
    }),
    when: told(ref('when'), 'Records that concern the receiver (backward)'),
    related: told(
      Type.Unsafe({
        type: 'object',
        additionalProperties: parts(Object.fromEntries(RELATED.map((what) => [what, Type.String()]))),
      }),
      'Facts that the record refers to (backward)',
    ),
    kinds: Type.Unsafe({ type: 'array', items: oneOf(KINDS) }),
    fields: Type.Unsafe({ type: 'object' }),
  }
  return Type.Unsafe({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Mapping of Trace Hub',
    type: 'object',
    required: ['mapping', 'version'],
    properties,
    ...closed,
    $defs: DEFS,
  })
}

/** The text of `mappings/mapping.schema.json`. */
export const mappingSchemaText = (): string => `${JSON.stringify(mappingSchema(), null, 1)}\n`
