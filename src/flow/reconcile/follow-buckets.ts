import type { ClientBase } from 'pg'
import { negateDecimal } from '#core/decimal.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { figuresOf } from '#core/reconcile/bucket.ts'
import type { LogReader } from '#flow/follow/log-follower.ts'
import type { Succession } from '#flow/follow/successions.ts'
import { readVias, versionKey } from '#store/peer-versions.ts'
import { type BucketMove, moveBuckets } from '#store/record-buckets.ts'
import { placedRecord } from './placed-record.ts'

export const BUCKETS_FOLLOWER = 'record-buckets'

/** Keeps figures of the newest versions, so that those of a day are read and not counted. */
export const bucketsReader: LogReader = {
  name: BUCKETS_FOLLOWER,
  apply: async (client, page) => await followBuckets(client, await page.successions()),
}

/** A new version comes into its bucket, and the one before it goes out of its own. */
async function followBuckets(client: ClientBase, successions: readonly Succession[]): Promise<void> {
  const before = successions.flatMap(({ saidBefore }) => saidBefore ?? [])
  const now = successions.map(({ said }) => said)
  const named = [...now, ...before].map(({ id, version }) => ({ recordId: id, version }))
  const vias = await readVias(client, named)
  const moveOf = (record: CanonicalRecord): BucketMove => {
    const { kind, region, hour, ...key } = placedRecord(record)
    const via = vias.get(versionKey(record.id, record.version)) ?? ''
    return { system: record.system, via, kind, region, hour, ...figuresOf(key) }
  }
  const out = before.map(moveOf).map((move) => ({ ...move, count: -1, mass: negateDecimal(move.mass) }))
  await moveBuckets(client, [...now.map(moveOf), ...out])
}
