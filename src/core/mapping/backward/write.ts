import type { CompiledMapping, Sending, WriteContext, Written } from '#core/mapping/mapping.ts'
import { newRun } from '#core/mapping/run/new-run.ts'
import type { Row, Run } from '#core/mapping/run/run.ts'
import type { Condition } from '#core/mapping/verbs/when.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import type { Outputs, Put } from './fields.ts'
import { type WriteOptions, writeRows } from './formats.ts'
import { viewOf } from './view.ts'

interface WriteParts {
  readonly kinds: readonly Kind[]
  /** Which records concern the receiver, told by the record alone; all where it is null. */
  readonly when: Condition | null
  readonly fields: Put
  readonly options: WriteOptions
}

/** Facts of a message that its `write.message` may hold. */
export const SENDING = ['at', 'day', 'nonce', 'number', 'signature'] as const

/** Records that stand in one message. */
interface Group {
  readonly shared: string
  readonly file: string | null | undefined
  readonly first: CanonicalRecord
  readonly rows: Outputs[]
  readonly records: number[]
}

/** Writes records with the compiled parts of a backward mapping. */
export function writerOf(parts: WriteParts): NonNullable<CompiledMapping['write']> {
  return (records, context = {}) => {
    const run = newRun()
    const groups = new Map<string, Group>()
    for (const [i, record] of records.entries()) {
      if (!parts.kinds.includes(record.kind)) continue
      const view = viewOf(record)
      run.row = view
      run.day = record.occurredAt?.at.slice(0, 10) ?? ''
      if (parts.when !== null && !parts.when(run)) continue
      run.row = { ...view, related: context.related?.[i] ?? {} }
      const row: Outputs = {}
      parts.fields(run, record, row)
      const shared = sharedOf(parts.options, run, record)
      const file = parts.options.file === null ? undefined : parts.options.file(run)
      const name = `${file ?? ''}\n${shared}`
      const group = groups.get(name) ?? { shared, file, first: record, rows: [], records: [] }
      groups.set(name, group)
      group.rows.push(row)
      group.records.push(i)
    }
    return [...groups.values()].map((group, i) => messageOf(parts.options, group, context, i))
  }
}

/** What the records of a message have in common, as text. */
function sharedOf({ group }: WriteOptions, run: Run, record: CanonicalRecord): string {
  const shared: Outputs = {}
  group?.(run, record, shared)
  return JSON.stringify(shared)
}

/** A signature covers the text of the message, so it is written once without and then with it; only that one value differs. */
function messageOf(options: WriteOptions, group: Group, context: WriteContext, i: number): Written {
  const sending = context.sending?.(i)
  const { sign } = context
  const unsigned = textOf(options, group, sending, sign ? 'unsigned' : null)
  const written = sign ? textOf(options, group, sending, sign(unsigned.text)) : unsigned
  return { ...written, records: group.records, ...(group.file === undefined ? {} : { file: group.file }) }
}

function textOf(options: WriteOptions, group: Group, sending: Sending | undefined, signature: string | null) {
  const around: Outputs = {}
  const run = newRun()
  run.row = sending === undefined ? {} : { sending: factsOf(sending, signature) }
  options.message?.(run, group.first, around)
  merge(around, JSON.parse(group.shared) as Outputs)
  return writeRows(group.rows, options, around)
}

const factsOf = (sending: Sending, signature: string | null): Row => ({
  ...sending,
  day: sending.at.slice(0, 10).replaceAll('-', ''),
  signature,
})

function merge(into: Outputs, more: Outputs): void {
  for (const [name, value] of Object.entries(more)) {
    const known = into[name]
    if (isObject(known) && isObject(value)) merge(known, value)
    else into[name] = value
  }
}

const isObject = (value: unknown): value is Outputs =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
