import type { Pool } from 'pg'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { bucketsReader } from '#flow/reconcile/follow-buckets.ts'
import type { ReconcileParts } from '#flow/reconcile/ports.ts'
import { runReconciliation } from '#flow/reconcile/run.ts'
import type { VersionRow } from '#store/intake.ts'
import { versionRow } from '../changes/rows.ts'
import { store } from '../delivery/setting.ts'

/** A sale whose columns and body say the same. */
export function saleRow(
  key: string,
  more: {
    readonly version?: number
    readonly at?: string | null
    readonly kg?: string
    readonly region?: string
    readonly system?: string
    readonly status?: 'active' | 'void'
    readonly kind?: 'sale' | 'entry' | 'payment'
  } = {},
): VersionRow {
  const {
    version = 1,
    at = '2024-04-15T03:42:10+08:00',
    kg = '10.5',
    region = '330401',
    status = 'active',
  } = more
  const occurred = at === null ? {} : { occurredAt: { at, precision: 'second' } }
  const body = Buffer.from(
    JSON.stringify({
      note: `第${version}版`,
      ...occurred,
      quantity: { unit: 'KGM', value: kg },
      region: { code: region },
    }),
  )
  return versionRow(key, {
    version,
    status,
    region,
    body,
    occurredAtMs: at === null ? null : Date.parse(at),
    ...(more.system ? { system: more.system } : {}),
    ...(more.kind ? { kind: more.kind } : {}),
  })
}

/** Stores versions, and lets the follower come to them. */
export async function storeAndFollow(pool: Pool, rows: readonly VersionRow[]): Promise<void> {
  await store(pool, rows)
  await follow(pool)
}

const bucketsFollower = logFollower('buckets', 1000, [bucketsReader])

export async function follow(pool: Pool): Promise<void> {
  while ((await bucketsFollower.step(pool)) === 'more');
}

/** Runs a reconciliation to its end in this process, over real HTTP. */
export async function reconcile(
  pool: Pool,
  id: string,
  more: Partial<ReconcileParts> = {},
): Promise<{ readonly finished: boolean; readonly resent: string[] }> {
  const resent: string[] = []
  const http = createHttpDelivery()
  const finished = await runReconciliation(
    {
      pool,
      post: http.post,
      mappingOf: () => null,
      hasOwnProtocol: () => false,
      onResent: (link) => resent.push(link),
      settleMs: 0,
      random: () => 0.5,
      ...more,
    },
    id,
  )
  http.close()
  return { finished, resent }
}
