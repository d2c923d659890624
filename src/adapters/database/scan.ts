import { AdapterError, type SourceCount } from '#adapters/adapter.ts'
import { parseJson } from '#core/parse-json.ts'
import { createPageWriter } from './ndjson.ts'
import { openReading } from './open-reading.ts'
import { keptCells, pageStatement, type Reading, shownColumns } from './reading.ts'
import type { DatabaseParts } from './session.ts'
import type { ReadState } from './state.ts'

const HOUR_MS = 3_600_000

/** The key columns of every row, in pieces, each a walk along the index of the key. @throws AdapterError */
export async function* keysOf(parts: DatabaseParts): AsyncIterable<Readonly<Record<string, string>>[]> {
  const { session, reading } = await openReading(parts)
  const keyOnly: Reading = { ...reading, columns: reading.key, cursor: null }
  const { limits } = parts
  try {
    let from: ReadState | null = null
    for (;;) {
      const writer = createPageWriter(
        shownColumns(keyOnly),
        keptCells(keyOnly, null),
        limits.maxBytes,
        reading.settings.encoding,
      )
      await session.rows(pageStatement(keyOnly, from, null, limits.pageRows), writer)
      if (writer.rows === 0) return
      const lines = writer.bytes().toString('utf8').trimEnd().split('\n')
      yield lines.map((line) => parseJson(line) as Record<string, string>)
      if (writer.rows < limits.pageRows && !writer.isFull) return
      from = { key: writer.last.map((cell) => cell ?? ''), done: false }
    }
  } finally {
    await session.close()
  }
}

/** Rows by hour of the cursor column, counted by the database. @throws AdapterError where the cursor is no time */
export async function countsOf(
  parts: DatabaseParts,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<SourceCount[]> {
  const { session, reading } = await openReading(parts)
  try {
    const { dialect, cursor, settings, table } = reading
    const column = cursor?.column
    if (column?.form !== 'time')
      throw new AdapterError('config', 'rows can be counted by hour only by a time', {
        setting: '/settings/cursor/column',
      })
    const name = dialect.quote(column.name)
    const hour = dialect.hour(column, settings)
    const rows = await session.ask(
      `SELECT ${hour}, COUNT(*) FROM ${dialect.from(table, [column])} WHERE ${name} >= ${dialect.atMs(column, fromMs, settings)}
       AND ${name} < ${dialect.atMs(column, toMs, settings)} GROUP BY ${hour} ORDER BY 1`,
    )
    return rows.map(([at, count]) => ({ hourMs: Number(at) * HOUR_MS, count: Number(count) }))
  } finally {
    await session.close()
  }
}
