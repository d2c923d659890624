import { negateDecimal } from '#core/decimal.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { figuresOf, type Placed } from '#core/reconcile/bucket.ts'
import type { LogReader, PageReading } from '#flow/follow/log-follower.ts'
import { readVias, versionKey } from '#store/peer-versions.ts'
import { type BucketMove, moveBuckets } from '#store/record-buckets.ts'
import { placedRecord } from './placed-record.ts'

export const BUCKETS_FOLLOWER = 'record-buckets'

/** Keeps figures of the newest versions, so that those of a day are read and not counted. */
export const bucketsReader: LogReader = {
  name: BUCKETS_FOLLOWER,
  begin: readBuckets,
}

type Counted = Placed & { readonly system: string }

/** A new version comes into its bucket, and the one before it goes out of its own. */
function readBuckets(): PageReading {
  const now: Counted[] = []
  const before: Counted[] = []
  const counted = (record: CanonicalRecord): Counted => ({ ...placedRecord(record), system: record.system })
  return {
    note({ said, saidBefore }) {
      now.push(counted(said))
      if (saidBefore) before.push(counted(saidBefore))
    },
    async write(client) {
      const named = [...now, ...before].map(({ id, version }) => ({ recordId: id, version }))
      const vias = await readVias(client, named)
      const moveOf = ({ system, kind, region, hour, ...key }: Counted): BucketMove => {
        const via = vias.get(versionKey(key.id, key.version)) ?? ''
        return { system, via, kind, region, hour, ...figuresOf(key) }
      }
      const out = before.map(moveOf).map((move) => ({ ...move, count: -1, mass: negateDecimal(move.mass) }))
      await moveBuckets(client, [...now.map(moveOf), ...out])
    },
  }
}
