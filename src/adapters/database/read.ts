import { isAscii } from 'node:buffer'
import { AdapterError, type Page } from '#adapters/adapter.ts'
import { createPageWriter, type PageWriter } from './ndjson.ts'
import { openReading } from './open-reading.ts'
import { overlapOf } from './quote.ts'
import {
  hasValue,
  keptCells,
  type OpenReading,
  orderOf,
  pageStatement,
  type Reading,
  shownColumns,
} from './reading.ts'
import { createSight, type Sight, type Step, withoutSeen } from './seen.ts'
import type { DatabaseParts } from './session.ts'
import { type ReadState, readState } from './state.ts'
import { findUnmet, standsAhead, unmetDoubt } from './unmet.ts'

export const NDJSON = 'application/x-ndjson'

/** Room for a page that is a little larger than the one before. */
const LARGER = 1.1

/** Pages of a table from a state on. The connection lives as long as the reading. @throws AdapterError */
export async function* readTable(
  parts: DatabaseParts,
  state: ReadState | null,
): AsyncIterable<Page<ReadState>> {
  const open = await openReading(parts)
  const { reading } = open
  try {
    const origin = readState(state, { hasValue: hasValue(reading), cells: orderOf(reading).length })
    const seen = origin?.done && reading.cursor !== null ? origin.seen : undefined
    yield* withoutSeen(steps(parts, open, origin), seen, parts.limits.maxBytes)
  } finally {
    await open.session.close()
  }
}

async function* steps(
  parts: DatabaseParts,
  { session, reading }: OpenReading,
  origin: ReadState | null,
): AsyncIterable<Step> {
  const { limits, log } = parts
  let from = reading.cursor === null && origin?.done ? null : origin
  if (from === null || from.done) await tellUnmet(parts, { session, reading }, origin)
  const known = reading.cursor === null ? null : origin
  const sight = createSight(from?.done ?? false, from?.done ? null : (from?.value ?? null))
  let likely: number | undefined
  for (let number = 1; ; number++) {
    const writer = pageWriter(parts, reading, known, likely)
    await session.rows(pageStatement(reading, from, known, limits.pageRows), writer)
    if (writer.rows === 0 && writer.isFull)
      throw new AdapterError('source', `a row has more than ${limits.maxBytes} bytes`, {
        setting: '/limits/maxBytes',
      })
    if (writer.rows === 0) {
      if (from === null || !from.done)
        yield stepOf(reading, number, null, writer, ended(from, seenAt(reading, sight, origin, from)), true)
      return
    }
    const isLast = writer.rows < limits.pageRows && !writer.isFull
    const bytes = writer.bytes()
    sight.add(writer, bytes)
    if (writer.damaged > 0)
      log.warn(
        { values: writer.damaged, page: number },
        'values with bytes that are no text in their encoding',
      )
    const next = placeAfter(reading, writer, isLast ? known : null)
    from = isLast ? ended(next, seenAt(reading, sight, origin, next)) : next
    yield stepOf(reading, number, bytes, writer, from, isLast)
    if (isLast) return
    likely = Math.ceil(bytes.length * LARGER)
  }
}

const pageWriter = (
  { limits }: DatabaseParts,
  reading: Reading,
  origin: ReadState | null,
  likely?: number,
): PageWriter =>
  createPageWriter(
    shownColumns(reading),
    keptCells(reading, origin),
    limits.maxBytes,
    reading.settings.encoding,
    likely,
  )

const stepOf = (
  { table }: Reading,
  number: number,
  bytes: Buffer | null,
  { rows, known }: PageWriter,
  state: ReadState,
  isLast: boolean,
): Step => ({
  page: { bytes, contentType: NDJSON, rows, state, name: `${table.name} #${number}` },
  known,
  isLast,
})

const ended = (from: ReadState | null, seen: string | undefined): ReadState => ({
  ...(from?.value === undefined ? {} : { value: from.value }),
  ...(from?.key === undefined ? {} : { key: from.key }),
  done: true,
  ...(seen === undefined ? {} : { seen }),
})

/** Where the last row of a page lies; at the end of a reading never before the place where it began. */
function placeAfter(reading: Reading, writer: PageWriter, origin: ReadState | null): ReadState {
  if (origin?.key !== undefined && writer.known.rows === writer.rows) return origin
  const cells = writer.last
  if (cells.some((cell) => cell === null))
    throw new AdapterError('source', 'a row has no value in its key', { setting: '/settings/key' })
  const texts = cells as string[]
  // An encoding that is read here is not written here.
  if (reading.settings.encoding !== undefined && texts.some((text) => !isAscii(Buffer.from(text))))
    throw new AdapterError('config', 'with a declared encoding, key and cursor must be ASCII', {
      setting: '/settings/key',
    })
  const [value = '', ...rest] = texts
  return hasValue(reading) ? { value, key: rest, done: false } : { key: texts, done: false }
}

/** Digest of the rows that the next reading will meet first if nothing changes; undefined where only the source could tell. */
function seenAt(
  reading: Reading,
  sight: Sight,
  origin: ReadState | null,
  end: ReadState | null,
): string | undefined {
  const { cursor } = reading
  if (cursor === null) return undefined
  const first = (state: ReadState | null): string | undefined => state?.value ?? state?.key?.[0]
  // The next reading begins where this one began.
  if (origin?.done && first(origin) !== undefined && first(origin) === first(end))
    return sight.all() ?? undefined
  if (!hasValue(reading) || overlapOf(cursor.column, cursor.settings) > 0) return undefined
  return sight.tail() ?? undefined
}

async function tellUnmet(
  { log, tell, clock }: DatabaseParts,
  open: OpenReading,
  origin: ReadState | null,
): Promise<void> {
  const unmet = await findUnmet(open)
  for (const { rows, reason } of unmet) log.warn({ rows }, reason.en)
  const ahead = standsAhead(open.reading, origin, clock.now())
  tell([...unmet.map(unmetDoubt), ...(ahead ? [ahead] : [])])
}
