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
  `update inspections set stall = '' where id = any($1)`,
  'update cases set stall = null where test_id = any($1) or id in (select case_id from case_tests where record_id = any($1))',
  'update case_lots set stall = null where via_record = any($1) or hold_record = any($1)',
  'update document_mentions set vehicle = null, giver = null, taker = null, site_name = null where record_id = any($1)',
  'update goods_moves set site_name = null, stall = null where record_id = any($1)',
  // Names of goods that these records alone gave.
  'delete from unknown_products where newest <@ $1::text[]',
] as const

/**
 * What was made of records and holds what is of their persons: it is taken away or emptied. `codes` are those of persons that the records had; they are
 * forgotten where no other record has them. In a transaction of the caller's that may rewrite, behind `eraseVersions`.
 */
export async function eraseCopies(
  client: PoolClient,
  records: readonly string[],
  messages: readonly string[],
  codes: readonly string[],
): Promise<void> {
  await eraseNames(client, records)
  for (const statement of OF_RECORDS) await client.query(statement, [records])
  await client.query(
    `update replays set samples = '[]' where exists (
       select from unnest($1::text[]) one where position(one in samples::text) > 0)`,
    [[...records, ...messages]],
  )
  await client.query(
    `delete from card_codes c where c.code = any($1) and not exists (select from record_versions v where v.codes && array[c.code])`,
    [codes],
  )
  await client.query(
    `update descriptions d set codes = array(select one from unnest(d.codes) one where one <> all($1)) where d.codes && $1::text[]`,
    [codes],
  )
}

/** Names of persons at which something was bought or sold, and those on cards. */
async function eraseNames(client: PoolClient, records: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ id: string | null; name: string; personal: boolean }>(
    `select id, name, personal from descriptions where newest && $1::text[] and name is not null
     union all select null, site_name, false from goods_moves where record_id = any($1) and site_name is not null
     union all select null, site_name, false from document_mentions where record_id = any($1) and site_name is not null`,
    [records],
  )
  const ofPersons: { readonly id: string | null; readonly name: string }[] = []
  for (const { id, name: stored, personal } of rows) {
    // Names on cards may be sealed.
    const name = (id === null ? stored : await openName(client, id, stored)) ?? ''
    if (personal || isPersonalSite({ name })) ofPersons.push({ id, name })
  }
  await client.query('update descriptions set name = null where id = any($1)', [
    ofPersons.flatMap(({ id }) => id ?? []),
  ])
  await client.query(`delete from supervision_names where split_part(name, '@', 1) = any($1)`, [
    ofPersons.map(({ name }) => name),
  ])
}
