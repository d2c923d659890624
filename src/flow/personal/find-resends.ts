import type { Pool } from 'pg'
import { parseRecordId } from '#core/model/identity.ts'
import { readPiece, readResults } from '#flow/intake/results-text.ts'
import { readUnchanged } from '#store/personal/resends.ts'

/** A message, and when it came. */
export interface Resend {
  readonly message: string
  readonly receivedAt: string
}

/**
 * Messages in which one of the records was sent once more and changed nothing: their bytes tell of the same persons, and no version names them. Reads the
 * receipts of all messages since the first of these records came.
 */
export async function findResends(
  pool: Pool,
  versions: readonly { readonly id: string; readonly receivedAt: string }[],
): Promise<Resend[]> {
  const ids = new Set(versions.map(({ id }) => id))
  const first = versions.reduce<string | null>(
    (least, { receivedAt }) =>
      least !== null && Date.parse(least) <= Date.parse(receivedAt) ? least : receivedAt,
    null,
  )
  if (first === null) return []
  // As results write them: the key of a source record, or the whole identifier.
  const texts = [...ids].flatMap((id) => [
    JSON.stringify(id),
    ...(parseRecordId(id) ? [JSON.stringify(parseRecordId(id)?.key)] : []),
  ])
  const found = new Map<string, Resend>()
  for await (const { id, receivedAt, system, record, text, isPiece } of readUnchanged(pool, {
    since: first,
    texts,
  })) {
    if (found.has(id) || !texts.some((one) => text.includes(one))) continue
    const results = isPiece ? readPiece(text, { system, record }) : readResults(text, system, record)
    if (results.some(({ records }) => records.some((one) => ids.has(one.id))))
      found.set(id, { message: id, receivedAt })
  }
  return [...found.values()]
}
