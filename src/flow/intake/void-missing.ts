import type { MappedRecord } from '#core/mapping/mapping.ts'
import { parseRecordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import { countResults } from '#core/receipt.ts'
import type { ChannelStep } from '#store/channels.ts'
import { nextNumber } from './known-records.ts'
import { add, newestBody, voided } from './next-version.ts'
import { messageOfHub } from './own-message.ts'
import type { PreparedRecord } from './prepared.ts'
import type { KeyedResult } from './results-text.ts'
import type { IntakeMessage, WrittenMessage } from './write.ts'

/** Record name under which the hub's own messages about deleted records are kept. */
const KEY_SCAN = 'key-scan'

/** A record that the source does not have any more, in the version in which it was found. */
export interface MissingRecord {
  readonly id: string
  readonly kind: Kind
  readonly version: number
}

export interface MissingRequest {
  readonly system: string
  readonly record: string
  readonly missing: readonly MissingRecord[]
  readonly reason: string
  /** The channel that found it; a worker that lost its lease voids nothing. */
  readonly channel: ChannelStep
}

interface Parts {
  readonly clock: () => number
  /** Settles after COMMIT. */
  readonly write: (message: IntakeMessage) => Promise<WrittenMessage>
}

/**
 * Makes records void that are missing at their source, by one message of the hub's own, so that receipt, version and log say why. A record
 * that changed since it was found, that is void already, or that another hub owns stays as it is.
 * @returns how many were made void
 */
export async function voidMissing({ clock, write }: Parts, request: MissingRequest): Promise<number> {
  const { system, record, missing, reason, channel } = request
  const ended: MappedRecord['void'] = { reason }
  const receivedAtMs = clock()
  const prepared = missing.map(({ id, kind }) => preparedVoid(id, kind, ended))
  const said = { channel: channel.name, record, reason, missing }
  const message = messageOfHub(
    { system, record: KEY_SCAN, keyId: null, receivedAtMs, channel },
    said,
    prepared,
    {
      decide(at, known, into): KeyedResult {
        const one = prepared[at] as PreparedRecord
        const { id, kind, key } = one
        const head = known.heads.get(id)
        const isSame =
          head?.status === 'active' && head.version === missing[at]?.version && !known.owners.has(id)
        const version = isSame ? nextNumber(id, known) : (head?.version ?? 0)
        if (isSame) {
          const content = voided(one, newestBody(id, known), ended)
          add(message, at, one, content, 'void', version, known, into, { system, record })
        }
        return {
          index: at,
          key,
          result: isSame ? 'voided' : 'unchanged',
          records: [{ kind, id, version }],
          recordKeys: [key],
        }
      },
    },
  )
  const { results } = await write(message)
  return countResults(results).accepted
}

const preparedVoid = (id: string, kind: Kind, ended: MappedRecord['void']): PreparedRecord => ({
  kind,
  id,
  key: parseRecordId(id)?.key ?? [],
  operation: 'void',
  ended,
  order: null,
  content: null,
  expected: undefined,
})
