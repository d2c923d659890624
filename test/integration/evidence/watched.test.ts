import { expect, it } from 'vitest'
import { withPlainIntake } from '#test/intake.ts'

const hub = withPlainIntake()

/** Columns of settings that the log does not watch: what happened, not what somebody decided. Of the single rows, that there is one. */
const NOT_WATCHED = {
  alert_rules: 'one',
  alert_targets: 'created_at last_ok_at last_error',
  audit_anchors: 'last_number last_ok_at last_error attempts next_at',
  channels:
    'changed_at state fence leased_until next_at attempts last_error failing_since ran_at done_at messages received rejected refused scan_next_at scanned_at scan_error doubts',
  erasure_rules: 'position position_left message message_left running last total done_at',
  hub_egress: 'one',
  hub_identity: 'only_row',
  keys: 'last_used_at',
  links: 'created_at updated_at receiver',
  mapping_versions: 'replaced created_at created_by activated_at',
  oauth_clients: 'last_used_at',
  operators: 'totp_step code_failures',
  partner_authorities: 'list_number',
  partner_certificates: 'last_used_at',
  retention_rules: 'one',
  system_secrets: 'updated_at',
  systems: 'created_at updated_at expect_since',
}

it('watches every column of a setting, also one that came later, but those that only say what happened', async () => {
  const { rows } = await hub.pool.query<{ table: string; columns: string }>(
    `select c.relname as table, string_agg(a.attname, ' ' order by a.attnum) as columns
       from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where t.tgname = 'note_setting' and a.attname <> all(string_to_array((string_to_array(encode(t.tgargs, 'escape'), '\\000'))[2], ' '))
      group by 1 order by 1`,
  )
  expect(Object.fromEntries(rows.map(({ table, columns }) => [table, columns]))).toEqual(NOT_WATCHED)
})
