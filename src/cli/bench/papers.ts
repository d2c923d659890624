import type { PoolClient } from 'pg'
import type { Settings } from '#cli/settings.ts'
import { followers } from '#flow/follow/followers.ts'
import { inTransaction } from '#store/database.ts'
import { emptyTables } from '#store/empty-tables.ts'
import type { Figure } from './figures.ts'
import { openStage, type Stage } from './stage.ts'

/** Each paper is in five records: its own, and four that used it. */
const USES = 4
const AT_ONCE = 8
const PAPERS = 50
const GOAL_MS = 50
const LARGE_USES = 10_000
const LARGE = 'HGZ20240415-LARGE'
const number = (n: number): string => `HGZ20240415-${n}`

/** A gate's check of 50 papers, and one paper with 10,000 uses, on a hub with a million records. */
export async function benchPapers(settings: Settings, quick: boolean): Promise<Figure[]> {
  // Without a worker: what a million records that came at once give to the followers and to the log of evidence is measured elsewhere.
  const stage = await openStage(settings, 'api')
  const papers = quick ? 20_000 : 200_000
  try {
    await inTransaction(stage.pool, async (client) => {
      await emptyTables(client)
      await load(client, papers)
    })
    // As the server itself has it soon after; else the first who read each page write it anew.
    await stage.pool.query('vacuum (analyze) record_versions, document_mentions')
    return await measure(stage, papers, quick ? 200 : 1000)
  } finally {
    await stage.close()
  }
}

async function load(client: PoolClient, papers: number): Promise<void> {
  const step = 20_000
  for (let from = 0; from < papers; from += step) {
    await client.query(OWN, [from, Math.min(from + step, papers) - 1])
    await client.query(USED, [from, Math.min(from + step, papers) - 1, USES])
  }
  await client.query(OWN_LARGE, [LARGE])
  await client.query(USED_LARGE, [LARGE, LARGE_USES])
  // As if the followers had read all of it.
  await client.query(
    `insert into followers (name, position) select name, (select max(position) from record_versions) from unnest($1::text[]) f(name)
     on conflict (name) do update set position = excluded.position`,
    [followers.filter(({ everyMs }) => everyMs === null).flatMap(({ rows }) => rows)],
  )
}

const VERSION = `insert into record_versions (record_id, version, kind, system, record, status, schema, mapping, message_id, message_index,
  received_at, occurred_at, region, product_class, content_hash, flags, codes, body)
  select id, 1, kind, system, 'row', status, 1, 'bench/row@1', gen_random_uuid(), 0, now(), '2024-04-14T16:00:00Z', '330825', 'vegetable',
         '\\x00', '{}', array['doc:' || number], body from made`
const MENTION = `insert into document_mentions (code, record_id, version, kind, system, status, role, type, site, site_name,
  from_province, to_province, used_on, mass, product_class, product_code, giver, taker, bought_on)
  select 'doc:' || number, id, 1, kind, system, status, role, 'promise_cert', site, site, '33', '33', '2024-04-15', mass, 'vegetable',
         '01233401', giver, taker, false from made`

const own = (numbers: string): string => `with made as materialized (
  select number, 'urn:cnft:document:bench:row:' || number as id, 'document' as kind, 'bench' as system,
         case when n % 50 = 0 then 'void' else 'active' end as status, 'self' as role, 'bench' as site, 300 as mass,
         null::text as giver, null::text as taker,
         '{"occurredAt":{"at":"2024-04-15T00:42:00+08:00","precision":"second"},"region":{"code":"330825","year":2024},"parties":[{"role":"issuer","name":"示例蔬菜专业合作社","ids":[{"scheme":"cn.uscc","value":"93330825MA9TE5018N"}]}],"product":{"name":"番茄","class":"vegetable","code":"01233401"},"quantity":{"value":"300","unit":"KGM"},"documents":[{"role":"self","type":"promise_cert","number":"'
           || number || '","form":"2021","basis":["自我承诺"]}]}' as body
    from ${numbers}), versions as (${VERSION}) ${MENTION}`
const used = (numbers: string): string => `with made as materialized (
  select number, 'urn:cnft:entry:bench:row:' || number || '-' || u as id, 'entry' as kind, 'market' as system, 'active' as status,
         'upstream' as role, '33010' || (u % 200) as site, 60 as mass, md5(u::text) as giver, md5(number || u) as taker,
         '{"occurredAt":{"at":"2024-04-15T06:00:00+08:00","precision":"second"},"region":{"code":"330105","year":2024},"origin":{"code":"330825","year":2024},"sites":[{"role":"market","name":"示例农贸市场","ids":[{"scheme":"cn.mofcom.node9","value":"33010'
           || (u % 200) || '"}]}],"parties":[{"role":"owner","name":"示例蔬菜摊","ids":[]},{"role":"supplier","name":"示例商行","ids":[]}],"product":{"name":"番茄","class":"vegetable","code":"01233401"},"quantity":{"value":"60","unit":"KGM"},"documents":[{"role":"upstream","type":"promise_cert","number":"'
           || number || '"}]}' as body
    from ${numbers}), versions as (${VERSION}) ${MENTION}`

const OWN = own(
  `(select 'HGZ20240415-' || n as number, n from generate_series($1::integer, $2::integer) n) a`,
)
const USED = used(
  `(select 'HGZ20240415-' || n as number, u from generate_series($1::integer, $2::integer) n, generate_series(1, $3::integer) u) a`,
)
const OWN_LARGE = own('(select $1::text as number, 1 as n) a')
const USED_LARGE = used('(select $1::text as number, u from generate_series(1, $2::integer) u) a')

async function measure(stage: Stage, papers: number, requests: number): Promise<Figure[]> {
  const check = (large: boolean) => async (): Promise<void> => {
    const chosen = Array.from({ length: PAPERS }, (_, i) => ({
      number: large && i === 0 ? LARGE : number(Math.floor(Math.random() * papers)),
      type: 'promise_cert',
      on: '2024-04-15',
      product: '番茄',
      quantity: '60',
      unit: '公斤',
      site: '330101',
    }))
    const answer = await stage.calls.post<{ papers: unknown[] }>('/v1/documents/check', { papers: chosen })
    if (answer.papers.length !== PAPERS)
      throw new Error(`${answer.papers.length} of ${PAPERS} papers answered`)
  }
  const one = async (): Promise<void> => {
    const answer = await stage.calls.get<{ useCount: number }>(
      `/v1/documents/promise_cert/${LARGE}?on=2024-04-15`,
    )
    if (answer.useCount !== LARGE_USES) throw new Error(`${answer.useCount} uses of ${LARGE_USES}`)
  }
  await times(check(false), AT_ONCE, requests / 5)
  const gate = await times(check(false), AT_ONCE, requests)
  const alone = await times(check(false), 1, requests / 5)
  const withLarge = await times(check(true), 1, requests / 10)
  const large = await times(one, 1, Math.max(20, requests / 20))
  const records = papers * (USES + 1) + LARGE_USES + 1
  const of = `${records.toLocaleString('en-US')} records`
  return [
    figure(`check of ${PAPERS} papers, ${AT_ONCE} at once, p50 (${of})`, gate, 0.5, GOAL_MS),
    figure(`check of ${PAPERS} papers, ${AT_ONCE} at once, p99`, gate, 0.99, GOAL_MS),
    figure(`check of ${PAPERS} papers, one at a time, p99`, alone, 0.99, GOAL_MS),
    figure(`check of ${PAPERS} papers, one of them used ${LARGE_USES} times, p99`, withLarge, 0.99, null),
    figure(`one paper used ${LARGE_USES} times, first page, p50`, large, 0.5, null),
  ]
}

/** Milliseconds of each request, in order; so many are under way at once. */
async function times(ask: () => Promise<void>, atOnce: number, requests: number): Promise<number[]> {
  const taken: number[] = []
  let begun = 0
  const work = async (): Promise<void> => {
    while (begun < requests) {
      begun++
      const started = performance.now()
      await ask()
      taken.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return taken.sort((a, b) => a - b)
}

function figure(name: string, taken: readonly number[], share: number, goal: number | null): Figure {
  const value = taken[Math.min(taken.length - 1, Math.ceil(taken.length * share) - 1)] ?? 0
  return {
    name,
    value,
    unit: 'ms',
    baseline: goal === null ? '' : `goal of ${goal} ms`,
    ratio: goal === null ? null : value / goal,
  }
}
