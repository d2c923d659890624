import type { Pool } from 'pg'
import type { Body } from '#core/model/body.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import { recordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Follower } from '#flow/follow/follower.ts'
import { contentOf } from '#flow/intake/content.ts'
import { inTransaction } from '#store/database.ts'
import { insertVersions, lockPositions, type VersionRow } from '#store/intake.ts'

/** A version of a record as a test tells it. */
export interface Told {
  readonly key: string
  readonly kind?: Kind
  readonly system?: string
  readonly version?: number
  readonly status?: 'active' | 'void'
  readonly body?: Partial<Body>
  readonly receivedAtMs?: number
  readonly messageIndex?: number
  readonly messageId?: string
}

const RECEIVED = Date.UTC(2024, 3, 15, 4)

export function versionOf(told: Told): VersionRow {
  const { key, kind = 'sale', system = 'one', version = 1, status = 'active' } = told
  const body: Body = {
    occurredAt: { at: '2024-04-15T03:42:10+08:00', precision: 'second' },
    flags: [],
    ...told.body,
  }
  const id = recordId(kind, system, 'trade', [key])
  const content = contentOf({ kind, id }, JSON.parse(canonicalJson(body)), status)
  return {
    id,
    version,
    kind,
    system,
    record: 'trade',
    status,
    schema: 1,
    mapping: `${system}/trade@1`,
    messageId: told.messageId ?? '01900000-0000-7000-8000-000000000000',
    messageIndex: told.messageIndex ?? 0,
    receivedAtMs: told.receivedAtMs ?? RECEIVED,
    recorded: content.recorded,
    occurredAtMs: content.occurredAtMs,
    region: content.region,
    productClass: content.productClass,
    order: null,
    hash: content.hash,
    flags: content.flags,
    codes: content.codes,
    body: content.bytes,
  }
}

/** Stores versions as intake does. */
export async function tell(pool: Pool, ...told: readonly Told[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockPositions(client)
    await insertVersions(client, told.map(versionOf))
  })
}

/** Lets a follower come to the end of the log. */
export async function follow(pool: Pool, follower: Follower): Promise<void> {
  while ((await follower.step(pool)) === 'more');
}
