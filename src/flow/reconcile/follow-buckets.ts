import type { ClientBase } from 'pg'
import { negateDecimal } from '#core/decimal.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import {
  addFigures,
  bucketText,
  type Figures,
  figuresOf,
  NO_FIGURES,
  type Placed,
} from '#core/reconcile/bucket.ts'
import type { LogReader, PageReading } from '#flow/follow/noted-page.ts'
import { hasPeerVersions, readVias, versionKey } from '#store/peer-versions.ts'
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
      const vias = await viasOf(client, [...now, ...before])
      const moves = new Map<string, BucketMove>()
      const move = (one: Counted, figures: Figures): void => {
        const { system, kind, region, hour } = one
        const via = vias.get(versionKey(one.id, one.version)) ?? ''
        const key = `${system} ${via} ${bucketText(one)}`
        moves.set(key, {
          system,
          via,
          kind,
          region,
          hour,
          ...addFigures(moves.get(key) ?? NO_FIGURES, figures),
        })
      }
      for (const one of now) move(one, figuresOf(one))
      for (const one of before) move(one, takenOut(figuresOf(one)))
      await moveBuckets(client, [...moves.values()])
    },
  }
}

/** Most hubs have no peer. */
async function viasOf(
  client: ClientBase,
  versions: readonly Counted[],
): Promise<ReadonlyMap<string, string>> {
  if (!(await hasPeerVersions(client))) return new Map()
  return await readVias(
    client,
    versions.map(({ id, version }) => ({ recordId: id, version })),
  )
}

const takenOut = ({ count, mass, digest }: Figures): Figures => ({
  count: -count,
  mass: negateDecimal(mass),
  digest,
})
