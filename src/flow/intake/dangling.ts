import type { PoolClient } from 'pg'
import { isCode, lotCode } from '#core/lineage/codes.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import { type DanglingRow, type LotReference, readSubjects, writeDangling } from '#store/dangling.ts'
import type { Head } from '#store/heads.ts'
import type { PreparedMessage, PreparedRecord, PreparedSource } from './prepared.ts'

interface Expecting extends PreparedMessage {
  readonly expectsLots?: boolean
}

/** Messages whose records are marked where a lot that they refer to has no record, and what waits because of it. */
export interface Dangling<M extends Expecting = Expecting, E extends PreparedMessage = PreparedMessage> {
  readonly messages: readonly M[]
  readonly earlier: readonly E[]
  /** Records that refer to lots, with the references that dangle. */
  readonly references: readonly {
    readonly record: PreparedRecord
    readonly rows: readonly Omit<DanglingRow, 'version'>[]
  }[]
}

/**
 * Looks up, all at once, the lots that must have a record of their own, and marks the records that refer to one that no stored
 * record and none of the same message has as its subject.
 */
export async function markDangling<M extends Expecting, E extends PreparedMessage>(
  client: PoolClient,
  messages: readonly M[],
  earlier: readonly E[],
): Promise<Dangling<M, E>> {
  const wanted = new Map<string, LotReference>()
  const all = [...earlier, ...messages]
  for (const record of recordsOf(all)) {
    for (const lot of record.expected ?? []) {
      const [code, reference] = referenceTo(lot)
      // A text too long for a code is found by nothing, so nothing could be said of it.
      if (isCode(code)) wanted.set(code, reference)
    }
  }
  if (wanted.size === 0) return { messages, earlier, references: [] }
  const there = await readSubjects(client, [...wanted.values()])
  const references: { record: PreparedRecord; rows: Omit<DanglingRow, 'version'>[] }[] = []
  const mark = <P extends PreparedMessage>(message: P): P => {
    const missing = new Set(
      [...wanted.values()].filter(({ code }) => !there.has(code)).map(({ code }) => code),
    )
    for (const code of subjectsAmong(message, missing, wanted)) missing.delete(code)
    const sources = message.sources.map((source) => markSource(message, source, missing, references))
    return { ...message, sources }
  }
  return { messages: messages.map(mark), earlier: earlier.map(mark), references }
}

function markSource(
  message: PreparedMessage,
  source: PreparedSource,
  missing: ReadonlySet<string>,
  references: { record: PreparedRecord; rows: Omit<DanglingRow, 'version'>[] }[],
): PreparedSource {
  if (!source.records.some(({ expected }) => expected)) return source
  const records = source.records.map((record): PreparedRecord => {
    const { content, expected } = record
    if (!content || !expected) return record
    const rows = expected.flatMap((lot): Omit<DanglingRow, 'version'>[] => {
      const [code, reference] = referenceTo(lot)
      if (!missing.has(code)) return []
      const { id: messageId, receivedAtMs, system, record: name } = message
      const { index } = source
      return [
        {
          ...reference,
          system,
          record: name,
          recordId: record.id,
          messageId,
          index,
          receivedAtMs,
          place: lot.path,
          key: lot.value,
        },
      ]
    })
    const marked: PreparedRecord =
      rows.length === 0
        ? record
        : { ...record, content: { ...content, flags: [...content.flags, 'W_DANGLING_REF'] } }
    references.push({ record: marked, rows })
    return marked
  })
  return { ...source, records }
}

/** Keeps what waits, for the records whose newest version is the one at hand; an older one that came again changes nothing. */
export async function writeWaits(
  client: PoolClient,
  { references }: Dangling,
  heads: ReadonlyMap<string, Head>,
): Promise<void> {
  const ids = new Set<string>()
  const rows = new Map<string, DanglingRow>()
  for (const { record, rows: own } of references) {
    const head = heads.get(record.id)
    if (head?.status !== 'active' || head.hash !== record.content?.hash) continue
    ids.add(record.id)
    for (const row of own) rows.set(`${row.recordId} ${row.code}`, { ...row, version: head.version })
  }
  const inOrder = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await writeDangling(client, [...ids].sort(), inOrder)
}

/** Those of the codes that a record of the message has as its subject. */
function subjectsAmong(
  message: PreparedMessage,
  codes: ReadonlySet<string>,
  wanted: ReadonlyMap<string, LotReference>,
): string[] {
  const found: string[] = []
  if (codes.size === 0) return found
  for (const { content, operation } of recordsOf([message])) {
    if (!content || operation === 'void') continue
    for (const code of content.codes) {
      const lot = codes.has(code) ? wanted.get(code) : undefined
      if (lot && content.bytes.includes(lot.subject)) found.push(code)
    }
  }
  return found
}

function* recordsOf(messages: readonly PreparedMessage[]): Generator<PreparedRecord> {
  for (const { sources } of messages) for (const { records } of sources) yield* records
}

function referenceTo({
  scheme,
  value,
}: {
  readonly scheme: string
  readonly value: string
}): [string, LotReference] {
  const code = lotCode(scheme, value)
  return [code, { code, subject: canonicalJson({ role: 'subject', scheme, value }).slice(1) }]
}
