import { isAscii } from 'node:buffer'
import { AdapterError, type Page } from '#adapters/adapter.ts'
import { createPageWriter, digest, type PageWriter } from './ndjson.ts'
import { openReading } from './open-reading.ts'
import { overlapOf } from './quote.ts'
import {
  hasValue,
  hiddenCells,
  type OpenReading,
  orderOf,
  pageStatement,
  type Reading,
  shownColumns,
  unmetStatements,
} from './reading.ts'
import type { DatabaseParts } from './session.ts'
import { type ReadState, readState } from './state.ts'

export const NDJSON = 'application/x-ndjson'

/** Pages of a table from a state on. The connection lives as long as the reading. @throws AdapterError */
export async function* readTable(
  parts: DatabaseParts,
  state: ReadState | null,
): AsyncIterable<Page<ReadState>> {
  const open = await openReading(parts)
  try {
    yield* pages(parts, open, state)
  } finally {
    await open.session.close()
  }
}

async function* pages(
  parts: DatabaseParts,
  { session, reading }: OpenReading,
  state: ReadState | null,
): AsyncIterable<Page<ReadState>> {
  const { limits, log } = parts
  const origin = readState(state, { hasValue: hasValue(reading), cells: orderOf(reading).length })
  let from = reading.cursor === null && origin?.done ? null : origin
  if (from === null || from.done) await tellUnmet(parts, { session, reading })
  let likely: number | undefined
  let seen: string | undefined
  for (let number = 1; ; number++) {
    const writer = createPageWriter(
      shownColumns(reading),
      hiddenCells(reading),
      limits.maxBytes,
      reading.settings.encoding,
      likely,
    )
    await session.rows(
      pageStatement(reading, from, reading.cursor === null ? null : origin, limits.pageRows),
      writer,
    )
    if (writer.rows === 0 && writer.isFull)
      throw new AdapterError('source', `a row has more than ${limits.maxBytes} bytes`, {
        setting: '/limits/maxBytes',
      })
    if (writer.rows === 0) {
      if (from === null || !from.done)
        yield {
          bytes: null,
          contentType: NDJSON,
          rows: 0,
          state: ended(from, seen),
          name: nameOf(reading, number),
        }
      return
    }
    const isLast = writer.rows < limits.pageRows && !writer.isFull
    const bytes = writer.bytes()
    if (number === 1 && isLast && from?.done && from.seen === digest(bytes)) return
    if (writer.damaged > 0)
      log.warn(
        { values: writer.damaged, page: number },
        'values with bytes that are no text in their encoding',
      )
    const next = placeAfter(reading, writer, isLast ? origin : null)
    seen = seenNext(reading, writer, bytes, { from, origin, next, isOnly: number === 1 && isLast })
    from = isLast ? ended(next, seen) : next
    yield { bytes, contentType: NDJSON, rows: writer.rows, state: from, name: nameOf(reading, number) }
    if (isLast) return
    likely = Math.ceil(bytes.length * 1.1)
  }
}

const ended = (from: ReadState | null, seen: string | undefined): ReadState => ({
  ...(from?.value === undefined ? {} : { value: from.value }),
  ...(from?.key === undefined ? {} : { key: from.key }),
  done: true,
  ...(seen === undefined ? {} : { seen }),
})

/** Where the last row of a page lies; at the end of a reading never before the place where it began. */
function placeAfter(reading: Reading, writer: PageWriter, origin: ReadState | null): ReadState {
  const isNew = writer.last.at(-1) === '1'
  if (!isNew && origin?.key !== undefined && reading.cursor !== null) return origin
  const cells = writer.last.slice(0, -1)
  if (cells.some((cell) => cell === null))
    throw new AdapterError('source', 'a row has no value in its key', { setting: '/settings/key' })
  const texts = cells as string[]
  // An encoding that is read here is not written here.
  if (reading.settings.encoding !== undefined && texts.some((text) => !isAscii(Buffer.from(text))))
    throw new AdapterError('config', 'with a declared encoding, key and cursor must be ASCII', {
      setting: '/settings/key',
    })
  return stateOf(reading, texts)
}

function stateOf(reading: Reading, texts: readonly string[]): ReadState {
  const [value = '', ...rest] = texts
  return hasValue(reading) ? { value, key: rest, done: false } : { key: [...texts], done: false }
}

/** Digest of the rows that the next reading will meet first if nothing changes; undefined where only the source could tell. */
function seenNext(
  reading: Reading,
  writer: PageWriter,
  bytes: Buffer,
  at: { from: ReadState | null; origin: ReadState | null; next: ReadState; isOnly: boolean },
): string | undefined {
  const { cursor } = reading
  if (cursor === null) return undefined
  const firstOf = (state: ReadState | null): string | undefined => state?.value ?? state?.key?.[0]
  // The whole of what was read again, and the next reading begins at the same place.
  if (at.isOnly && at.from?.done && firstOf(at.from) === firstOf(at.next)) return digest(bytes)
  if (!hasValue(reading) || overlapOf(cursor.column, cursor.settings) > 0) return undefined
  return writer.tail(at.from?.done ? null : (at.from?.value ?? null)) ?? undefined
}

async function tellUnmet({ log, limits }: DatabaseParts, { session, reading }: OpenReading): Promise<void> {
  const { empty, future } = unmetStatements(reading)
  const rowsWithoutTime = empty ? (await session.ask(empty)).length : 0
  const rowsOfFuture = future ? (await session.ask(future)).length : 0
  if (rowsWithoutTime > 0)
    log.warn(
      { rows: rowsWithoutTime, pageRows: limits.pageRows },
      'rows have no value in the cursor column and are never read',
    )
  if (rowsOfFuture > 0)
    log.warn({ rows: rowsOfFuture }, 'rows lie more than a day in the future and are not read until then')
}

const nameOf = ({ table }: Reading, number: number): string => `${table.name} #${number}`
