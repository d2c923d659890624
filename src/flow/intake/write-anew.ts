import { parseRecordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { contentOf } from './content.ts'
import { nextNumber } from './known-records.ts'
import { add, newestBody } from './next-version.ts'
import { messageOfHub } from './own-message.ts'
import type { PreparedRecord } from './prepared.ts'
import type { KeyedResult } from './results-text.ts'
import type { IntakeMessage, WrittenMessage } from './write.ts'

/** Record name under which the hub's own messages about it are kept. */
const SAID_ANEW = 'said-anew'
/** No hub comes to such a number; who names one must not use up those that are left. */
const ABOVE_MAX = 1_000_000_000

/** A record that someone knows in a version which this hub does not. */
export interface AnewRecord {
  readonly id: string
  /** The number under which he knows it. */
  readonly above: number
}

export interface AnewRequest {
  readonly records: readonly AnewRecord[]
  readonly keyId: string | null
}

interface Parts {
  readonly clock: () => number
  /** Settles after COMMIT. */
  readonly write: (message: IntakeMessage) => Promise<WrittenMessage>
}

/**
 * Says records once more as they are, in a version above the one that someone knows, so that it counts everywhere. What another hub owns, what is numbered above by now,
 * and what is said to be numbered beyond all reason stays as it is.
 * @returns the records that were said anew
 */
export async function writeAnew({ clock, write }: Parts, request: AnewRequest): Promise<string[]> {
  const { records, keyId } = request
  const prepared = records.map(({ id }) => preparedAnew(id))
  const receivedAtMs = clock()
  const of = { system: OWN_SYSTEM, record: SAID_ANEW, keyId, receivedAtMs }
  const message = messageOfHub(of, { records }, prepared, {
    decide(at, known, into): KeyedResult {
      const one = prepared[at] as PreparedRecord
      const { id, kind, key } = one
      const { above } = records[at] as AnewRecord
      const head = known.heads.get(id)
      const parsed = parseRecordId(id)
      const isAnew =
        head !== undefined &&
        parsed !== null &&
        !known.owners.has(id) &&
        head.version <= above &&
        above < ABOVE_MAX
      const version = isAnew ? Math.max(nextNumber(id, known), above + 1) : (head?.version ?? 0)
      if (isAnew) {
        const { system, record } = parsed
        const content = contentOf(one, newestBody(id, known), head.status)
        add(message, at, one, content, head.status, version, known, into, { system, record })
      }
      return {
        ...{ index: at, key, result: isAnew ? 'updated' : 'unchanged' },
        ...{ records: version > 0 ? [{ kind, id, version }] : [], recordKeys: version > 0 ? [id] : [] },
      }
    },
  })
  const { results } = await write(message)
  return results.flatMap(({ result, records: made }) =>
    result === 'updated' ? made.map(({ id }) => id) : [],
  )
}

/** Asked for as a void is: with its newest content, and who owns it. */
const preparedAnew = (id: string): PreparedRecord => ({
  kind: parseRecordId(id)?.kind as Kind,
  id,
  key: parseRecordId(id)?.key ?? [],
  operation: 'void',
  ended: undefined,
  order: null,
  content: null,
  expected: undefined,
})
