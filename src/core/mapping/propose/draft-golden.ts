import type { ExpectedFile, ExpectedRecord } from '#core/mapping/check/expected.ts'
import type { MappedSource } from '#core/mapping/mapping.ts'
import type { Body } from '#core/model/body.ts'

/** Parts of a record that a golden shows first: what a person can compare with the sample line by line. */
const SHOWN = [
  'occurredAt',
  'region',
  'origin',
  'destination',
  'sites',
  'parties',
  'lots',
  'documents',
  'product',
  'quantity',
  'price',
  'amount',
  'test',
] as const satisfies readonly (keyof Body)[]

/**
 * The expected file of a first sample, made from what came out. It proves nothing yet and says so (`draft`): a person reads it against
 * the interface document and takes the mark away.
 */
export function draftGolden(
  record: string,
  contentType: string,
  mapped: readonly MappedSource[],
): ExpectedFile {
  const rejected = mapped.filter((source) => source.rejected).length
  // An order without lines makes nothing.
  const unchanged = mapped.filter((source) => !source.rejected && source.records.length === 0).length
  return {
    draft: true,
    record,
    contentType,
    received: mapped.length,
    accepted: mapped.length - rejected - unchanged,
    unchanged,
    rejected,
    records: mapped.map(expectedOf),
  }
}

/** The draft of a sample that is refused as a whole. */
export const draftRefusal = (
  record: string,
  contentType: string,
  refused: NonNullable<ExpectedFile['refused']>,
): ExpectedFile => ({ ...draftGolden(record, contentType, []), refused })

function expectedOf({ index, key, rejected, issues, records }: MappedSource): ExpectedRecord {
  const [first] = issues
  if (rejected)
    return {
      index,
      key,
      result: 'rejected',
      ...(first ? { field: first.path, code: first.code } : {}),
    }
  const [main, ...others] = records
  return {
    index,
    key,
    result: main === undefined ? 'unchanged' : main.operation === 'void' ? 'voided' : 'created',
    kinds: records.map(({ kind }) => kind),
    flags: [...new Set(records.flatMap(({ body }) => body?.flags ?? []))],
    fields: shown(main?.body ?? null),
    ...(others.length > 0
      ? { of: Object.fromEntries(others.map(({ kind, body }) => [kind, shown(body)])) }
      : {}),
  }
}

const shown = (body: Body | null): Record<string, unknown> =>
  Object.fromEntries(
    SHOWN.flatMap((name) => (body?.[name] === undefined ? [] : [[name, withoutRaw(body[name])]])),
  )

/** The text of the source stands in the sample beside it. */
function withoutRaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRaw)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'raw')
      .map(([name, part]) => [name, withoutRaw(part)]),
  )
}
