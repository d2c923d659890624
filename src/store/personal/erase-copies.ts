import type { PoolClient } from 'pg'
import { isPersonalSite } from '#core/personal.ts'
import { openName } from '#store/cards.ts'

/** Rows that name one of some records, and the statement that takes what is of persons out of them. `$1` are the records. */
const OF_RECORDS = [
  // Proposals of other hubs hold whole bodies; what was decided is in the log.
  'delete from claims where record_id = any($1)',
  'update held_changes set sent = null, detail = null, reason = null where record_id = any($1)',
  'update document_signatures set signer = null where record_id = any($1) and signer is not null',
  'update waiting_voids set reason = null where record_id = any($1)',
  'update inspections set stall = null where id = any($1)',
  'update cases set stall = null where test_id = any($1) or id in (select case_id from case_tests where record_id = any($1))',
  'update case_lots set stall = null where via_record = any($1) or hold_record = any($1)',
  'update document_mentions set vehicle = null, giver = null, taker = null, site_name = null where record_id = any($1)',
  'update goods_moves set site_name = null, stall = null, trader = null where record_id = any($1)',
  // Names of goods that these records alone gave.
  'delete from unknown_products where newest <@ $1::text[]',
] as const

/** What was erased, for what was made of it. */
export interface ErasedNames {
  readonly records: readonly string[]
  readonly messages: readonly string[]
  /** Codes of persons that the records had. */
  readonly codes: readonly string[]
  /** Whether names that other records give too stay: a rule takes what is old and nothing that is younger; who asks to be forgotten is forgotten. */
  readonly keepsShared: boolean
}

/**
 * What was made of records and holds what is of their persons: it is taken away or emptied. Codes of persons are forgotten where no other record has
 * them. In a transaction of the caller's that may rewrite, behind `eraseVersions`.
 */
export async function eraseCopies(client: PoolClient, erased: ErasedNames): Promise<void> {
  const { records, messages, codes } = erased
  await eraseNames(client, erased)
  for (const statement of OF_RECORDS) await client.query(statement, [records])
  await client.query(
    `update replays set samples = '[]' where exists (
       select from jsonb_array_elements(samples) s
        where s ->> 'message' = any($1) or exists (
          select from jsonb_array_elements(case jsonb_typeof(s -> 'records') when 'array' then s -> 'records' else '[]' end) r where r ->> 'id' = any($2)))`,
    [messages, records],
  )
  const { rows } = await client.query<{ code: string }>(
    'select one as code from unnest($1::text[]) one where not exists (select from record_versions v where v.codes && array[one])',
    [codes],
  )
  const alone = rows.map(({ code }) => code)
  if (alone.length === 0) return
  await client.query('delete from card_codes where code = any($1)', [alone])
  await client.query('delete from card_code_sights where code = any($1)', [alone])
  await client.query(
    `update descriptions d set codes = array(select one from unnest(d.codes) one where one <> all($1)) where d.codes && $1::text[]`,
    [alone],
  )
}

/** Not erased, but for the records of `$1`. */
const IS_LEFT = `n.id <> all($1) and exists (
  select from record_versions v where v.record_id = n.id and not exists (
    select from erasures e where e.subject = 'version ' || v.record_id || ' ' || v.version))`

/** Names of persons at which something was bought or sold, and those on cards. */
async function eraseNames(client: PoolClient, { records, keepsShared }: ErasedNames): Promise<void> {
  const { rows } = await client.query<{ id: string | null; name: string; personal: boolean }>(
    `select id, name, personal from descriptions d where newest && $1::text[] and name is not null
        and ($2 is false or not exists (select from unnest(d.newest) n (id) where ${IS_LEFT}))
     union all select null, site_name, false from goods_moves where record_id = any($1) and site_name is not null
     union all select null, site_name, false from document_mentions where record_id = any($1) and site_name is not null`,
    [records, keepsShared],
  )
  const ofPersons: { readonly id: string | null; readonly name: string }[] = []
  for (const { id, name: stored, personal } of rows) {
    // Names on cards may be sealed.
    const name = (id === null ? stored : await openName(client, id, stored)) ?? ''
    if (personal || isPersonalSite({ name })) ofPersons.push({ id, name })
  }
  if (ofPersons.length === 0) return
  await client.query('update descriptions set name = null where id = any($1)', [
    ofPersons.flatMap(({ id }) => id ?? []),
  ])
  await client.query(
    `delete from supervision_names where split_part(name, '@', 1) = any($1) and ($2 is false or not exists (
       select from goods_moves g where g.site_name = split_part(supervision_names.name, '@', 1) and g.record_id <> all($3)))`,
    [ofPersons.map(({ name }) => name), keepsShared, records],
  )
}
