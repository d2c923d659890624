import { sourceRecord } from '#adapters/push/record.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { ReadOptions, SourceRecord } from '#core/source.ts'
import { BaseJoin, type ParkedParts, type Unjoined, type XmlParts } from './join.ts'
import { type XmlLimits, XmlReader } from './reader.ts'
import { fieldPath, rowPath, type XmlRow } from './row.ts'

/** Details that may wait for their base at one time in a stream. */
export const WAITING_MAX = 10_000
/** Bases of a stream that are kept for the details to come: memory stays the same however long it is. */
export const BASES_MAX = 20_000

export interface XmlRecords {
  readonly records: SourceRecord[]
  /** Bases that no detail used. */
  readonly unjoined: Unjoined[]
  /** What may be joined with parts of other messages, where the mapping says so. */
  readonly parts?: XmlParts | undefined
}

type XmlSettings = Pick<ReadOptions, 'xml' | 'rows'>

/** The records of an XML text. Details come in their own order, each with its base, wherever in the text that stands. */
export function readXml(text: string, options: XmlSettings, limits: XmlLimits): XmlRecords {
  // A record may have a base of its own beside its detail.
  const reader = new XmlReader(
    rowNames(options),
    { ...limits, maxRecords: 2 * limits.maxRecords },
    options.xml,
  )
  const rows = reader.feed(text)
  for (const row of reader.end()) rows.push(row)
  const found = recordsOf(rows, options.xml?.join)
  if (found.records.length > limits.maxRecords) throw tooMany(found.records.length, limits.maxRecords, '')
  return found
}

type Join = NonNullable<ReadOptions['xml']>['join']

function recordsOf(rows: readonly XmlRow[], join: Join): XmlRecords {
  if (!join) return { records: rows.map(plainRecord), unjoined: [] }
  const joined = new BaseJoin(join)
  for (const row of rows) if (row.name === join.base) joined.add(row)
  const details = rows.filter((row) => row.name !== join.base)
  const records = details.map((row, index) =>
    row.name === join.detail ? joined.record(row, index) : plainRecord(row, index),
  )
  return { records, unjoined: joined.unjoined(), parts: joined.parts() }
}

/**
 * The same records from pieces of text. A detail that comes before its base waits for it, so records may come out of order
 * (`index` tells the order); beyond `maxWaiting` it is rejected.
 */
export async function* streamXml(
  text: AsyncIterable<string>,
  options: XmlSettings & {
    readonly maxWaiting: number
    readonly parked?: ParkedParts | undefined
    readonly onEnd: (rest: Omit<XmlRecords, 'records'>) => void
  },
  maxDepth: number,
): AsyncGenerator<SourceRecord> {
  const limits = { maxDepth, maxRecords: Number.POSITIVE_INFINITY }
  const reader = new XmlReader(rowNames(options), limits, options.xml)
  const sequence = createSequence(options.xml?.join, options)
  for await (const piece of text) yield* sequence.take(reader.feed(piece))
  yield* sequence.take(reader.end())
  yield* sequence.end()
  options.onEnd(sequence.rest())
}

interface Waiting {
  readonly row: XmlRow
  readonly index: number
}

function createSequence(
  join: Join,
  { maxWaiting, parked }: { readonly maxWaiting: number; readonly parked?: ParkedParts | undefined },
) {
  const joined = join ? new BaseJoin(join, BASES_MAX, parked) : null
  const waiting = new Map<string, Waiting[]>()
  let held = 0
  let index = 0

  function* detail(bases: BaseJoin, row: XmlRow): Generator<SourceRecord> {
    const place = index++
    if (bases.ready(row)) {
      yield bases.record(row, place)
    } else if (held >= maxWaiting) {
      yield bases.record(row, place, `its base did not come while ${maxWaiting} others waited for theirs`)
    } else {
      const key = bases.keyOf(row)
      const others = waiting.get(key)
      if (others) others.push({ row, index: place })
      else waiting.set(key, [{ row, index: place }])
      held++
    }
  }

  function* base(bases: BaseJoin, row: XmlRow): Generator<SourceRecord> {
    const key = bases.add(row)
    const due = waiting.get(key) ?? []
    waiting.delete(key)
    held -= due.length
    for (const one of due) yield bases.record(one.row, one.index)
  }

  return {
    *take(rows: readonly XmlRow[]): Generator<SourceRecord> {
      for (const row of rows) {
        if (joined && row.name === join?.base) yield* base(joined, row)
        else if (joined && row.name === join?.detail) yield* detail(joined, row)
        else yield plainRecord(row, index++)
      }
    },
    *end(): Generator<SourceRecord> {
      for (const list of waiting.values()) {
        for (const one of list) if (joined) yield joined.record(one.row, one.index)
      }
    },
    rest: () => ({ unjoined: joined?.unjoined() ?? [], parts: joined?.parts() }),
  }
}

function plainRecord(row: XmlRow, index: number): SourceRecord {
  return sourceRecord(index, rowPath(row), row.fields, fieldPath, row.issues)
}

/** Names of the elements that are rows: those declared, else the last name of `rows`, else null for each root. */
function rowNames({ xml, rows }: XmlSettings): ReadonlySet<string> | null {
  const names = new Set(xml?.roots ?? [])
  if (xml?.join) names.add(xml.join.base).add(xml.join.detail)
  const last = rows?.split('.').at(-1)
  if (names.size === 0 && last) names.add(last)
  return names.size === 0 ? null : names
}
