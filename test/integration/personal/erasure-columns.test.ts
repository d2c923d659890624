import { readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { taggedColumns } from '#store/personal/columns.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const MARK = '欧阳建国'
const CITIZEN = '11010519491231002X'
const U = '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37'
let id = ''
let other = ''
let message = ''

/** What puts the mark into columns that other parts of the hub fill: `$1` the record, `$2` its message, `$3` the mark. */
const PLANTED: readonly string[] = [
  `insert into claims (id, record_id, kind, base_version, status, content_hash, body, recorded, flags, owner, claimant, hops, message_id, received_at, decided_by, reason)
     values ('${U}', $1, 'sale', 1, 'active', '\\x00', $3, $3, '{}', 'hub-a', 'hub-b', '{}', $2, now(), $3, $3)`,
  `insert into held_changes (link_id, record_id, version, position, state, detail, sent, reason) values ('${U}', $1, 1, 1, 'waiting', $3, $3, $3)`,
  `insert into document_signatures (record_id, version, mark, state, reason, signer, checked_at) values ($1, 1, '${U}', 'valid', 'x', $3, now())`,
  `insert into waiting_voids (record_id, message_id, received_at, mapping, reason) values ($1, $2, now(), 'a/b@1', $3)`,
  `insert into inspections (id, version, system, place, stall, region, result, answers, occurred_at) values ($1, 1, 'jiaxing-wholesale', 'x', '${U}', '330402', 'pass', '{}', now())`,
  `insert into cases (id, hub, state, narrow, opened_by, test_id, cause, stall, told_at, opened_at, state_at, whos, whats)
     values ('${U}', 'hub-a', 'suspect', true, 'test', $1, 'x', $3, now(), now(), now(), '{}', '{}')`,
  `insert into case_lots (case_id, code, kind, role, depth, place, stall, via_record) values ('${U}', 'x', 'lot', 'x', 0, 'x', $3, $1)`,
  `insert into unknown_products (name, code, own_code, system, records, first_seen, last_seen, newest) values ($3, 'x', $3, 'x', 1, now(), now(), array[$1])`,
  `insert into supervision_names (name, code, records) values ($3 || '@330402', 'x', 1)`,
  `update goods_moves set site_name = $3, stall = $3, trader = array[$3] where record_id = $1`,
  `update document_mentions set site_name = $3, vehicle = $3, giver = $3, taker = $3 where record_id = $1`,
  `insert into descriptions (id, subject, codes, system, name, role, personal, records, first_seen, last_seen, newest)
     values ('${U}', 'party', array['cn.idcard:${CITIZEN}', 'x:1'], 'x', $3, 'x', true, 1, now(), now(), array[$1])`,
  `insert into card_codes (subject, code, value, born, card, first_position, records) values ('party', 'cn.idcard:${CITIZEN}', '${CITIZEN}', '${U}', '${U}', 1, 1)`,
  `insert into card_code_sights (subject, code, system, region, records) values ('party', 'cn.idcard:${CITIZEN}', 'x', '', 1)`,
  `update record_versions set codes = codes || array['cn.idcard:${CITIZEN}'] where record_id = $1`,
  `insert into replays (id, mode, scope, mappings, who, samples) values ('${U}', 'try', '{}', '{}', 'x', jsonb_build_array(jsonb_build_object('message', $2::text, 'was', $3::text)))`,
  `insert into new_values (system, record, field, value, count, receipt, first_seen, last_seen) values ('x', 'x', 'x', $3, 1, $2, now(), now())`,
  `insert into parked_bases (system, record, join_key, key, place, fields, content_hash, past, message_id, sha256, received_at, last_seen, joined)
     values ('x', 'x', $3, $3, $3, $3, 'x', array[$3], $2, 'x', now(), now(), false)`,
  `insert into parked_details (system, record, join_key, message_id, index, key, place, fields, content_hash, received_at, last_seen, state)
     values ('x', 'x', $3, $2, 0, $3, $3, $3, 'x', now(), now(), 'waiting')`,
]

/** Columns of the class `personal` that an erasure empties; for the rest docs/personal-data.md has the reason. */
const ERASED = [
  'record_versions.recorded record_versions.codes record_versions.body',
  'messages.bytes messages.results messages.problem messages.completed messages.mended message_parts.bytes message_results.results',
  'rejections.key rejections.place rejections.group_key rejections.issues rejections.source',
  'parked_bases.join_key parked_bases.key parked_bases.place parked_bases.fields parked_bases.past',
  'parked_details.join_key parked_details.key parked_details.place parked_details.fields',
  'new_values.value claims.body claims.recorded claims.decided_by claims.reason claim_sendings.detail',
  'held_changes.detail held_changes.sent held_changes.reason document_signatures.signer waiting_voids.reason',
  'cases.stall case_lots.stall unknown_products.name unknown_products.own_code unknown_products.newest',
  'supervision_names.name goods_moves.site_name goods_moves.stall goods_moves.trader card_codes.code card_codes.value card_code_sights.code descriptions.codes descriptions.name',
  'document_mentions.site_name document_mentions.vehicle document_mentions.giver document_mentions.taker replays.samples',
].flatMap((names) => names.split(' '))

/** Each column in which a text stands. */
async function columnsWith(text: string): Promise<string[]> {
  const { rows: tables } = await api.pool.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
  )
  const found = new Set<string>()
  for (const { name } of tables) {
    const { rows } = await api.pool.query<Record<string, unknown>>(`select * from "${name}"`)
    for (const row of rows)
      for (const [column, value] of Object.entries(row))
        if (`${Buffer.isBuffer(value) ? value : JSON.stringify(value)}`.includes(text))
          found.add(`${name}.${column}`)
  }
  return [...found].sort()
}

beforeAll(async () => {
  const sent = (
    await api.push(
      TRADES,
      JSON.stringify([trade('X1', { buyerName: MARK, plateNo: MARK }), trade('', { buyerName: MARK })]),
    )
  ).json()
  id = sent.results[0].records[0].id
  message = sent.receipt
  other = (await api.push(TRADES, JSON.stringify([trade('X2')]))).json().results[0].records[0].id
  const client = await api.pool.connect()
  try {
    await client.query('begin')
    await client.query(`select set_config('hub.rewriting', 'on', true)`)
    // What is planted has no row that it refers to, and words that no one would write.
    const { rows } = await client.query<{ statement: string }>(
      `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as statement from pg_constraint
        where contype in ('f', 'c') and coninhcount = 0 and conparentid = 0 and connamespace = 'public'::regnamespace`,
    )
    for (const { statement } of rows) await client.query(statement)
    for (const statement of PLANTED) {
      const values = [id, message, MARK]
      const used = [1, 2, 3].filter((n) => statement.includes(`$${n}`))
      // PostgreSQL must be told of the type of each, and that there is no other.
      const text = used
        .reduce((whole, n, i) => whole.replaceAll(`$${n}`, `§${i + 1}`), statement)
        .replaceAll('§', '$')
      await client.query(
        text,
        used.map((n) => values[n - 1]),
      )
    }
    await client.query('commit')
  } finally {
    client.release()
  }
  await sealBatch(api.pool)
})

it('every column that may hold what is of a person is erased, or named with the reason why it is not', () => {
  const page = readFileSync('docs/personal-data.md', 'utf8')
  const left = page.slice(page.indexOf('### What an erasure leaves'), page.indexOf('## Inventory'))
  const kept = [...left.matchAll(/`(\w+\.\w+)`/g)].map(([, name]) => name as string)
  const all = taggedColumns()
    .filter(({ tag }) => tag === 'personal')
    .map(({ table, column }) => `${table}.${column}`)
  expect([...ERASED, ...kept].sort()).toEqual(all.sort())
})

it('after an erasure nothing of the person is in any table, and what is of others stays', async () => {
  const before = await columnsWith(MARK)
  expect(before.length).toBeGreaterThan(25)
  expect(ERASED).toEqual(expect.arrayContaining(before))
  expect((await columnsWith(CITIZEN)).length).toBeGreaterThan(2)
  const records = [id, id.replace(':sale:', ':payment:')]
  const answer = await api.call('POST', '/v1/personal/erasures', { body: { records, reason: 'request' } })
  expect(answer.json()).toMatchObject({ records: 2, messages: 1 })
  expect(await columnsWith(MARK)).toEqual([])
  expect(await columnsWith(CITIZEN)).toEqual([])
  expect((await verifyLog(api.pool)).findings).toEqual([])
  expect((await api.pool.query('select stall from inspections where id = $1', [id])).rows).toEqual([
    { stall: null },
  ])
  const { rows } = await api.pool.query('select name, codes from descriptions where id = $1', [U])
  expect(rows).toEqual([{ name: null, codes: ['x:1'] }])
  expect((await api.call('GET', `/v1/records/${encodeURIComponent(other)}`)).json().parties).toEqual(
    expect.arrayContaining([expect.objectContaining({ role: 'buyer' })]),
  )
})
