import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { CanonicalRecord } from '#core/model/record.ts'
import { addFigures, bucketText, type Figures, figuresOf, NO_FIGURES } from '#core/reconcile/bucket.ts'
import { placeOf } from '#core/reconcile/digest.ts'
import { placedRecord } from '#flow/reconcile/placed-record.ts'
import { readChanges } from '#store/changes.ts'
import { createPool } from '#store/database.ts'
import { readBuckets } from '#store/record-buckets.ts'
import { countParts, countVersions, listVersions } from '#store/version-sets.ts'
import { withDatabase } from '#test/database.ts'
import { rewrite } from '#test/rewrite.ts'
import { saleRow, storeAndFollow } from './setting.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url })
})
afterAll(() => pool.end())
beforeEach(() => rewrite(pool, 'truncate record_versions, record_buckets; update followers set position = 0'))

const day = { from: '2024-04-15T00', to: '2024-04-16T00' }
const everything = { filter: {}, position: 9_000_000_000_000_000n }

/** Figures of the newest versions by the rules of the documents, in TypeScript and without the database's help. */
async function model(): Promise<Map<string, Figures>> {
  const { rows } = await readChanges(pool, { after: 0n, limit: 9999 })
  const newest = new Map(rows.map((change) => [change.recordId, change]))
  const figures = new Map<string, Figures>()
  for (const { text } of newest.values()) {
    const { kind, region, hour, ...key } = placedRecord(JSON.parse(text) as CanonicalRecord)
    const name = bucketText({ kind, region, hour })
    figures.set(name, addFigures(figures.get(name) ?? NO_FIGURES, figuresOf(key)))
  }
  return figures
}

const asMap = (buckets: readonly (Figures & { kind: string; region: string; hour: string })[]) =>
  new Map(buckets.map(({ kind, region, hour, ...figures }) => [bucketText({ kind, region, hour }), figures]))

const anyRow = fc.record({
  key: fc.constantFrom('1', '2', '甲/乙', 'a b', "it's", '%', '9'),
  hour: fc.integer({ min: 0, max: 23 }),
  kg: fc.constantFrom('0', '0.5', '12', '1000000000.000001', '3.25'),
  region: fc.constantFrom('330401', '330402'),
  kind: fc.constantFrom('sale', 'entry'),
  status: fc.constantFrom('active', 'void'),
})

it('figures kept by the follower, counted by the database and made in TypeScript are the same, whatever comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyRow, { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
      async (steps) => {
        await rewrite(pool, 'truncate record_versions, record_buckets; update followers set position = 0')
        const versions = new Map<string, number>()
        for (const step of steps) {
          const rows = step.map(({ hour, key, kind, ...more }) => {
            const name = `${kind} ${key}`
            versions.set(name, (versions.get(name) ?? 0) + 1)
            const at = `2024-04-15T${String(hour).padStart(2, '0')}:59:59+08:00`
            return saleRow(key, {
              ...more,
              kind: kind as 'sale',
              at,
              version: versions.get(name) as number,
            } as never)
          })
          await storeAndFollow(pool, rows)
        }
        const wanted = await model()
        expect(asMap(await readBuckets(pool, { filter: {} }, day))).toEqual(wanted)
        expect(asMap(await countVersions(pool, everything, day))).toEqual(wanted)
      },
    ),
    { numRuns: 12 },
  )
})

it('the parts of a bucket add up to it, and each names the keys that lie in it', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => saleRow(`P${i}`, { kg: `${i}.5` }))
  await storeAndFollow(pool, rows)
  const bucket = { kind: 'sale', region: '330401', hour: '2024-04-15T03' }
  const [whole] = await countVersions(pool, everything, day)
  const parts = await countParts(pool, everything, { bucket, place: '' })
  expect([...parts.values()].reduce(addFigures)).toEqual({
    count: whole?.count,
    mass: whole?.mass,
    digest: whole?.digest,
  })
  for (const [place, { count }] of parts) {
    const keys = await listVersions(pool, everything, { bucket, place }, { limit: 999 })
    expect(keys).toHaveLength(count)
    expect(keys.every(({ id }) => placeOf(id).startsWith(place))).toBe(true)
  }
  const [first, second] = await listVersions(pool, everything, { bucket, place: '' }, { limit: 2 })
  expect(await listVersions(pool, everything, { bucket, place: '' }, { after: first?.id, limit: 1 })).toEqual(
    [second],
  )
})

it('the version before is taken out also where a number between was never stored, as with records of other hubs', async () => {
  await storeAndFollow(pool, [saleRow('G', { kg: '5' })])
  await storeAndFollow(pool, [saleRow('G', { version: 3, kg: '8', at: '2024-04-15T09:00:00+08:00' })])
  await storeAndFollow(pool, [
    saleRow('H', { kg: '1' }),
    saleRow('H', { version: 4, kg: '2' }),
    saleRow('H', { version: 6, kg: '3' }),
  ])
  const kept = asMap(await readBuckets(pool, { filter: {} }, day))
  expect(kept).toEqual(await model())
  expect([...kept.values()].map(({ count, mass }) => `${count} ${mass}`).sort()).toEqual(['1 3', '1 8'])
})
