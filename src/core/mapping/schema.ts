import Type, { type TSchema } from 'typebox'
import { KINDS, type Kind, kindDefinition } from '#core/model/kinds.ts'
import { RELATED } from './backward/related.ts'
import { type Shape, targetsOf } from './compile/targets.ts'
import { closed, DEFS, list, oneOf, parts, ref, scalars, textWith, told } from './schema-parts.ts'
import { ROLES } from './verbs/party.ts'

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
    lines: told(
      Type.String(),
      'List inside each record whose members are the source records; the record is their base',
    ),
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
      'any-case: names of fields count whatever their case and width, and the blanks around them',
    ),
    values: told(oneOf(['as-written', 'base64']), 'base64: each text of a record is the Base64 of its UTF-8'),
    form: parts({ field: Type.String(), format: Type.Literal('json') }),
    xlsx: parts({
      sheet: told(Type.String(), 'Name of the sheet; the first visible one where not given'),
      sheets: told(
        Type.Literal('all'),
        'Every visible sheet is a table of its own, with its title and headings',
      ),
      header: told(
        Type.Union([
          Type.Integer({ minimum: 1 }),
          Type.Array(Type.Integer({ minimum: 1 }), { minItems: 2, maxItems: 2 }),
        ]),
        'Row of the names of the columns; 1 where not given. Two rows that follow each other: groups, and the names inside them',
      ),
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
    whole: told(
      list(ref('keyPart')),
      'Parts of the key that are of the order, or parts of the title of a sheet: its lines (read.lines), or its rows, are all that there are, and one that it tells no more ends',
    ),
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
