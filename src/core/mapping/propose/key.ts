import type { SourceRecord, SourceValue } from '#core/source.ts'
import { quoted } from './quoted.ts'
import type { Recognised } from './recognise.ts'

/** Meanings that make a key together where no single number does, in the order in which they are tried. */
const PARTS = [
  'market.code',
  'slaughterhouse.code',
  'stall.code',
  'time',
  'seller.code',
  'supplier.code',
  'lot',
  'product.code',
  'product.name',
]

/** Lines for `key`: the source's own number where each record has another; else the first parts that tell the records apart. */
export function proposeKey(fields: readonly Recognised[], records: readonly SourceRecord[]): string[] {
  const own = ownNumber(fields)
  if (own) return [`key: [${quoted(own.profile.name)}]`]
  const chosen: Recognised[] = []
  for (const part of candidates(fields)) {
    const before = distinct(chosen, records)
    const after = distinct([...chosen, part], records)
    if (chosen.length === 0 || after > before) chosen.push(part)
    if (after === records.length) break
  }
  return [
    '# CHECK: no field of the sample numbers the records alone. Which fields together never occur twice?',
    `key: [${(chosen.length > 0 ? chosen : fields.slice(0, 1)).map(({ profile }) => quoted(profile.name)).join(', ')}]`,
  ]
}

const isNumber = ({ meaning }: Recognised): boolean =>
  meaning === 'key' || meaning?.startsWith('document.') === true

function ownNumber(fields: readonly Recognised[]): Recognised | undefined {
  const unique = fields.filter(({ profile }) => profile.unique)
  const lots = unique.filter(({ meaning }) => meaning === 'lot')
  return (
    unique.find(({ meaning }) => meaning === 'key') ??
    unique.find(isNumber) ??
    lots.find(({ profile }) => /trace|追溯/iu.test(profile.name)) ??
    lots[0]
  )
}

function candidates(fields: readonly Recognised[]): Recognised[] {
  const filled = fields.filter(({ profile }) => profile.filled === profile.records)
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
