import type { Pool } from 'pg'
import { beijingDay } from '#core/quality/record-counts.ts'
import { addDrift, type DriftRows } from '#store/drift.ts'
import type { MessageDrift } from './message-drift.ts'

/** What was counted is written at most this much later. A process that is killed loses no more than that of it. */
const WRITE_EVERY_MS = 2000
/** Rows that wait to be written; beyond them nothing new is counted until they are. */
const WAITING_MAX = 5000

/** Counts drift beside intake: messages do not wait for it, and their transactions know nothing of it. */
export interface DriftCounts {
  /** Counts a message that was stored. @param watched fields by which its nulls are counted */
  add(
    message: {
      readonly system: string
      readonly record: string
      readonly mapping: string
      readonly id: string
      readonly receivedAtMs: number
    },
    drift: MessageDrift,
    watched: readonly string[],
  ): void
  /** Writes what was counted so far. */
  write(): Promise<void>
  close(): Promise<void>
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }
/** Empty fields of one day and mapping version: counted side by side, so that a message costs one look-up and not one a field. */
interface Nulls {
  readonly system: string
  readonly record: string
  readonly day: string
  readonly watched: readonly string[]
  seen: number
  readonly nulls: number[]
}
interface Rows {
  readonly fields: Map<string, Mutable<DriftRows['fields'][number]>>
  readonly values: Map<string, Mutable<DriftRows['values'][number]>>
  readonly nulls: Map<string, Nulls>
}

const empty = (): Rows => ({ fields: new Map(), values: new Map(), nulls: new Map() })

export function createDriftCounts(pool: Pool): DriftCounts {
  let rows = empty()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const writeNow = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const taken = rows
    if (sizeOf(taken) === 0) return
    rows = empty()
    try {
      await addDrift(pool, sortedRows(taken))
    } catch {
      // Counts are no promise: what the database did not take is let go, and the next messages count anew.
    }
  }
  const write = (): Promise<void> => {
    writing = writing.then(writeNow)
    return writing
  }

  return {
    add({ system, record, mapping, id, receivedAtMs: atMs }, drift, watched) {
      if (sizeOf(rows) > WAITING_MAX) return
      for (const [field, { count, sample }] of drift.fields)
        addTo(rows.fields, { system, record, field, count, sample, atMs }, field)
      for (const [key, { field, value, count }] of drift.values)
        addTo(rows.values, { system, record, field, value, count, receipt: id, atMs }, key)
      if (drift.seen > 0) {
        const day = beijingDay(atMs)
        const key = `${mapping}\n${day}`
        const known = rows.nulls.get(key) ?? {
          system,
          record,
          day,
          watched,
          seen: 0,
          nulls: watched.map(() => 0),
        }
        if (known.seen === 0) rows.nulls.set(key, known)
        known.seen += drift.seen
        for (let i = 0; i < watched.length; i++)
          known.nulls[i] = (known.nulls[i] ?? 0) + (drift.nulls[i] ?? 0)
      }
      timer ??= setTimeout(() => void write(), WRITE_EVERY_MS).unref()
    },
    write,
    close: write,
  }
}

function addTo<Row extends { readonly system: string; readonly record: string; count: number }>(
  rows: Map<string, Row>,
  row: Row,
  name: string,
): void {
  const key = `${row.system}\n${row.record}\n${name}`
  const known = rows.get(key)
  if (known) known.count += row.count
  else rows.set(key, row)
}

const sizeOf = ({ fields, values, nulls }: Rows): number => fields.size + values.size + nulls.size

/** In one order in every process: two that write the same rows in another order would wait for each other. */
function sortedRows({ fields, values, nulls }: Rows): DriftRows {
  const sorted = <Row>(rows: ReadonlyMap<string, Row>): Row[] =>
    [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  return { fields: sorted(fields), values: sorted(values), nulls: sorted(byField(nulls)) }
}

/** A day may have had two versions of a mapping that watch the same field. */
function byField(nulls: ReadonlyMap<string, Nulls>): Map<string, Mutable<DriftRows['nulls'][number]>> {
  const rows = new Map<string, Mutable<DriftRows['nulls'][number]>>()
  for (const { system, record, day, watched, seen, nulls: counts } of nulls.values()) {
    watched.forEach((field, i) => {
      const key = `${system}\n${record}\n${day}\n${field}`
      const known = rows.get(key) ?? { system, record, field, day, seen: 0, nulls: 0 }
      rows.set(key, known)
      known.seen += seen
      known.nulls += counts[i] ?? 0
    })
  }
  return rows
}
