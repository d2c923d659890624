import { hash } from 'node:crypto'
import { messageId } from './message-id.ts'
import type { PreparedRecord } from './prepared.ts'
import type { IntakeMessage } from './write.ts'

/**
 * A message of the hub's own: what it says as JSON, and a source for each of its records.
 * @param peer decides what becomes of each record
 */
export function messageOfHub(
  of: Pick<IntakeMessage, 'system' | 'record' | 'keyId' | 'receivedAtMs'> &
    Partial<Pick<IntakeMessage, 'channel'>>,
  said: unknown,
  prepared: readonly PreparedRecord[],
  peer: NonNullable<IntakeMessage['peer']>,
): IntakeMessage {
  const bytes = Buffer.from(JSON.stringify(said))
  return {
    ...of,
    id: messageId(of.receivedAtMs),
    sha256: hash('sha256', bytes, 'buffer'),
    mapping: `${of.record}@1`,
    bytes,
    contentType: 'application/json',
    encoding: 'utf-8',
    idempotencyKey: undefined,
    rejectedValues: new Map(),
    expectsLots: false,
    sources: prepared.map((one, index) => ({
      ...{ index, key: one.key, rejected: false, issues: [], records: [one] },
    })),
    peer,
  }
}
