import type { Kind } from '#core/model/kinds.ts'
import type { SourceRecord } from '#core/source.ts'
import { isPrecisionLost } from '#core/text.ts'
import { distinct } from './distinct.ts'
import { isOfBase, orderOf } from './order-line.ts'
import { inComment, quoted } from './quoted.ts'
import { isNumbering, type Recognised } from './recognise.ts'
import { isCounted, isRowName } from './row-number.ts'
import { timeFormats } from './shape.ts'

/** Meanings that make a key together where no single number does, in the order in which they are tried. */
const PARTS = [
  'market.code',
  'slaughterhouse.code',
  'cold_store.code',
  'stall.code',
  'time',
  'seller.code',
  'supplier.code',
  'lot',
  'product.code',
  'product.name',
]

/**
 * Lines for `key`: the source's own number where each record has another; that of the order with that of its line where records are
 * lines of orders; else the first parts that tell the records apart, beside the sender that stands around them. The numbers of the rows
 * of a sheet or file begin anew in each.
 */
export function proposeKey(
  kind: Kind,
  all: readonly Recognised[],
  records: readonly SourceRecord[],
): string[] {
  const fields = all.filter(({ profile }) => profile.stands === 'row')
  const around = senders(all)
  const lines = orderOf(kind, fields, records)
  const own = ownNumber(fields)
  if (lines?.line && (own === undefined || own.meaning !== 'key' || [lines.order, lines.line].includes(own)))
    return [
      `# CHECK: each record is taken for a line of ${inComment(lines.order.profile.name)}. Do its lines keep their numbers when it is sent again?`,
      `key: [${[lines.order, lines.line].map(keyPart).join(', ')}]`,
    ]
  const isRow = own !== undefined && isRowNumber(own, around)
  const parts =
    lines && (own === undefined || isRow || isLot(own)) ? partsOf(fields, records, lines.order) : []
  if (parts.length > 0 && distinct(parts, records) === records.length)
    return [
      `# CHECK: each record is taken for a line of ${inComment(parts[0]?.profile.name ?? '')} that has no number. Which fields together never occur twice?`,
      `key: [${parts.map(keyPart).join(', ')}]`,
    ]
  if (own && isRow) {
    const day = fields.filter(({ meaning, profile }) => meaning === 'time' && profile.filled > 0)
    return [
      '# CHECK: rows are numbered anew in each sheet or file. Which fields together never occur twice?',
      `key: [${[...around, ...day, own].map(keyPart).join(', ')}]`,
    ]
  }
  if (own)
    return [
      ...(isLot(own)
        ? ['# CHECK: goods of one batch may come more than once. Which fields together never occur twice?']
        : own.meaning?.startsWith('document.')
          ? ['# CHECK: one paper may come with several records. Which fields together never occur twice?']
          : []),
      `key: [${quoted(own.profile.name)}]`,
    ]
  const chosen = partsOf(fields, records)
  return [
    '# CHECK: no field of the sample numbers the records alone. Which fields together never occur twice?',
    `key: [${[...around, ...(chosen.length > 0 ? chosen : fields.slice(0, 1))].map(keyPart).join(', ')}]`,
  ]
}

/** The first parts that tell the records apart together, beside the order of which they are lines. */
function partsOf(
  fields: readonly Recognised[],
  records: readonly SourceRecord[],
  order?: Recognised,
): Recognised[] {
  const chosen = order ? [order] : []
  for (const part of candidates(fields)) {
    if (part === order || (order && isOfBase(part))) continue
    const isAlone = chosen.every((one) => one === order && isOfBase(one))
    if (isAlone || distinct([...chosen, part], records) > distinct(chosen, records)) chosen.push(part)
    if (distinct(chosen, records) === records.length) break
  }
  return chosen
}

/** A row and not a record: a number that is called so, and begins with every sheet or counts from one. */
const isRowNumber = ({ profile }: Recognised, around: readonly Recognised[]): boolean =>
  isRowName(profile.name) && (around.some(isOfTitle) || (profile.texts.length > 1 && isCounted(profile)))

const isLot = (field: Recognised): boolean => field.meaning === 'lot' && !isTraceCode(field)

const isOfTitle = ({ profile }: Recognised): boolean => profile.name.startsWith('title.')

/** Who sends: the sites that stand around the rows, or else the parties there; the code rather than the name. */
function senders(fields: readonly Recognised[]): Recognised[] {
  const around = fields.filter(({ profile }) => profile.stands === 'around')
  const of = (roles: readonly string[]): Recognised[] =>
    roles.flatMap((role) => {
      const code = around.find(({ meaning }) => meaning === `${role}.code`)
      return code ?? around.find(({ meaning }) => meaning === `${role}.name`) ?? []
    })
  const sites = of(['market', 'slaughterhouse', 'cold_store', 'farm', 'stall'])
  return sites.length > 0 ? sites : of(['seller', 'owner', 'supplier', 'producer', 'issuer']).slice(0, 1)
}

/** A time that is written now so, now so is one part of a key only when it is read; the day of a spreadsheet is such. */
function keyPart({ meaning, profile }: Recognised): string {
  const formats = meaning === 'time' ? timeFormats(profile.texts) : null
  if (formats === null || (formats.length < 2 && !formats.includes('excel'))) return quoted(profile.name)
  return `{ from: ${quoted(profile.name)}, date: [${formats.map((one) => `'${one}'`).join(', ')}] }`
}

const isNumber = ({ meaning }: Recognised): boolean =>
  meaning === 'key' || meaning?.startsWith('document.') === true

function ownNumber(fields: readonly Recognised[]): Recognised | undefined {
  const unique = fields.filter((field) => isNumbering(field.profile) && !isOfBase(field))
  const lots = unique.filter(({ meaning }) => meaning === 'lot')
  return (
    unique.find(({ meaning }) => meaning === 'key') ??
    unique.find(isNumber) ??
    lots.find(isTraceCode) ??
    lots[0]
  )
}

const isTraceCode = ({ profile, shape }: Recognised): boolean =>
  shape === 'trace' || /trace|追溯/iu.test(profile.name)

function candidates(fields: readonly Recognised[]): Recognised[] {
  const filled = fields.filter(
    ({ profile }) => profile.filled === profile.records && !profile.texts.some(isPrecisionLost),
  )
  const numbers = filled.filter(isNumber)
  const parts = PARTS.flatMap((wanted) => filled.filter(({ meaning }) => meaning === wanted))
  return [...numbers.slice(0, 1), ...parts]
}
