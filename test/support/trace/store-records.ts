import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { recordCode } from '#core/lineage/codes.ts'
import { edgesOf } from '#core/lineage/edges.ts'
import type { Body } from '#core/model/body.ts'
import { recordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Status } from '#core/model/record.ts'
import { contentOf } from '#flow/intake/content.ts'
import { inTransaction } from '#store/database.ts'
import { type EdgeRow, insertEdges, insertVersions, lockPositions, type VersionRow } from '#store/intake.ts'

/** A version of a record as a test writes it down. */
export interface Written {
  readonly kind: Kind
  readonly system: string
  readonly key: string
  readonly body: Partial<Body>
  readonly version?: number
  readonly status?: Status
  /** When it was received; a fixed day by default. */
  readonly receivedAt?: string
}

export const idOf = ({ kind, system, key }: Pick<Written, 'kind' | 'system' | 'key'>): string =>
  recordId(kind, system, 'row', [key])

/** Stores versions with their edges, by the statements of intake, in one transaction. */
export async function storeRecords(pool: Pool, written: readonly Written[]): Promise<void> {
  const versions: VersionRow[] = []
  const edges: EdgeRow[] = []
  for (const one of written) add(one, versions, edges)
  await inTransaction(pool, async (client) => {
    await insertEdges(client, edges)
    await lockPositions(client)
    await insertVersions(client, versions)
  })
}

function add(one: Written, versions: VersionRow[], edges: EdgeRow[]): void {
  const { kind, system, version = 1, status = 'active' } = one
  const body: Body = { flags: [], ...one.body }
  const id = idOf(one)
  const content = contentOf({ kind, id }, body, status)
  versions.push({
    id,
    version,
    kind,
    system,
    record: 'row',
    status,
    schema: 1,
    mapping: `${system}/row@1`,
    messageId: randomUUID(),
    messageIndex: 0,
    receivedAtMs: Date.parse(one.receivedAt ?? '2024-04-15T06:00:00Z'),
    recorded: null,
    occurredAtMs: content.occurredAtMs,
    region: content.region,
    productClass: content.productClass,
    order: null,
    hash: content.hash,
    flags: content.flags,
    codes: content.codes,
    body: content.bytes,
  })
  // Intake writes no edges for a void version; a trace must not count them even if someone did.
  for (const edge of edgesOf(kind, body, recordCode(kind, id, body))) {
    const { value = null, unit = null } = body.quantity ?? {}
    edges.push({
      ...edge,
      recordId: id,
      version,
      kind,
      quantity: value,
      unit,
      occurredAtMs: content.occurredAtMs,
    })
  }
}
