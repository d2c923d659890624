import type { SourceRecord, SourceValue } from '#core/source.ts'
import { isPrecisionLost } from '#core/text.ts'
import { plainName } from './meaning.ts'
import { quoted } from './quoted.ts'
import { isNumbering, type Recognised } from './recognise.ts'
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
 * Lines for `key`: the source's own number where each record has another; else the first parts that tell the records apart, beside
 * the sender that stands around them. The numbers of the rows of a sheet or file begin anew in each.
 */
export function proposeKey(all: readonly Recognised[], records: readonly SourceRecord[]): string[] {
  const fields = all.filter(({ profile }) => profile.stands === 'row')
  const around = senders(all)
  const own = ownNumber(fields)
  if (own && isRowNumber(own, around)) {
    const day = fields.filter(({ meaning, profile }) => meaning === 'time' && profile.filled > 0)
    return [
      '# CHECK: rows are numbered anew in each sheet or file. Which fields together never occur twice?',
      `key: [${[...around, ...day, own].map(keyPart).join(', ')}]`,
    ]
  }
  if (own)
    return [
      ...(own.meaning === 'lot' && !isTraceCode(own)
        ? ['# CHECK: goods of one batch may come more than once. Which fields together never occur twice?']
        : own.meaning?.startsWith('document.')
          ? ['# CHECK: one paper may come with several records. Which fields together never occur twice?']
          : []),
      `key: [${quoted(own.profile.name)}]`,
    ]
  const chosen: Recognised[] = []
  for (const part of candidates(fields)) {
    const before = distinct(chosen, records)
    const after = distinct([...chosen, part], records)
    if (chosen.length === 0 || after > before) chosen.push(part)
    if (after === records.length) break
  }
  return [
    '# CHECK: no field of the sample numbers the records alone. Which fields together never occur twice?',
    `key: [${[...around, ...(chosen.length > 0 ? chosen : fields.slice(0, 1))].map(keyPart).join(', ')}]`,
  ]
}

const ROW_NUMBER = /^(序号|编号|行号|no|xh|serialno|serial)$/u
/** `1`, `2`, `3`: a row, not a record. */
const COUNTED = /^\d{1,4}$/u

/** Whether a number is that of a row in its sheet or file: it is called so, and begins with every sheet or counts from one. */
function isRowNumber({ profile }: Recognised, around: readonly Recognised[]): boolean {
  if (!ROW_NUMBER.test(plainName(profile.name))) return false
  return (
    around.some(isOfTitle) || (profile.texts.length > 1 && profile.texts.every((text) => COUNTED.test(text)))
  )
}

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
  const unique = fields.filter(({ profile }) => isNumbering(profile))
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

/** How many records the fields together tell apart. */
function distinct(fields: readonly Recognised[], records: readonly SourceRecord[]): number {
  const keys = records.map(({ value }) => fields.map(({ profile }) => textAt(value, profile.name)).join('\n'))
  return new Set(keys).size
}

function textAt(value: SourceValue, path: string): string {
  let found: SourceValue | undefined = value
  for (const step of path.split(/(?<!\\)\./)) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return ''
    found = found[step.replaceAll('\\.', '.')]
  }
  return typeof found === 'string' ? found : ''
}
