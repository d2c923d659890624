import type { ColumnTags } from './columns.ts'

/** Columns of settings, links, work in hand and evidence. */
export const COLUMNS_OF_HUB = {
  alert_notices: {
    none: 'id target_id alert_id moment number at attempts next_at leased_until',
    business: 'facts',
  },
  alert_rules: { none: 'one', business: 'rules' },
  alert_targets: {
    none: 'id topics created_at last_ok_at',
    business: 'name url allow_address',
    personal: 'last_error',
    sealed: 'sealed',
  },
  alerts: { none: 'id topic opened_at told_at ended_at', business: 'subject facts' },
  audit_acknowledgements: { none: 'anchor_id number at', personal: 'answer', digest: 'tree_root' },
  audit_anchors: {
    none: 'id created_at last_number last_ok_at attempts next_at',
    business: 'name url allow_address',
    personal: 'last_error',
    sealed: 'sealed',
  },
  audit_heads: {
    none: 'number sealed_at entries_to changes_to entries messages changes hub key_id',
    digest: 'root previous leaf tree_root frontier signature',
  },
  audit_keys: { none: 'id public_key created_at', sealed: 'sealed' },
  audit_leaves: { none: 'number message_ids first_message last_message', digest: 'leaves' },
  audit_log: { none: 'id at kind who action', personal: 'subject facts' },
  audit_recent_messages: { none: 'message_id' },
  caller_rates: { none: 'full_ms', digest: 'caller' },
  audit_state: { none: 'one messages_floor sealed_ok_at anchored_ok_at' },
  backfills: {
    none: 'id lane link_id from_position until_position position state delivered refused put_off superseded created_at ended_at',
    business: 'scope',
  },
  channels: {
    none: 'system name is_on rhythm changed_at fence leased_until next_at attempts failing_since ran_at done_at messages received rejected refused scan_next_at scanned_at',
    business: 'settings limits allow_address',
    personal: 'state last_error scan_error',
  },
  claim_sendings: { none: 'claim_id link_id sent_at verdict code attempts next_at', personal: 'detail' },
  deliveries: {
    none: 'id started_at link_id from_position to_position attempt changes ok duplicate retry reject ms lane',
    business: 'outcome',
    personal: 'detail',
  },
  failures: { none: 'topic count last_at', business: 'subject', personal: 'reason' },
  followers: { none: 'name position floor updated_at' },
  held_changes: {
    none: 'link_id record_id version position state attempts next_at code held_at lane cause ended_at',
    personal: 'detail sent reason ended_by',
  },
  hub_identity: { none: 'only_row id' },
  keys: {
    none: 'id scopes created_at expires_at revoked_at last_used_at is_keyed',
    business: 'name',
    digest: 'digest',
  },
  legal_holds: { none: 'id from_at until_at created_at created_by ended_at ended_by', personal: 'reason' },
  link_files: { none: 'link_id record_id version noted_at', business: 'name' },
  link_lanes: {
    none: 'link_id lane cursor fence leased_until waits_since attempts next_at last_ok_at delivered refused coalesced careful changed_at put_back',
    personal: 'last_error trying',
  },
  link_rates: { none: 'link_id requests_ms changes_ms' },
  links: {
    none: 'id system mapping state created_at updated_at coalesces sees begins_after',
    business: 'name url allow_address filter limits receiver',
    sealed: 'secret signing token',
  },
  mapping_epoch: { none: 'one epoch' },
  mapping_log: { none: 'system id at who action record version' },
  mapping_versions: {
    none: 'system record version origin state replaced created_at created_by activated_at',
    business: 'text tables',
  },
  migrations: { none: 'number name applied_at', digest: 'sha256' },
  oauth_assertions: { none: 'client jti expires_at' },
  oauth_clients: { none: 'id scopes created_at revoked_at last_used_at', business: 'name jwks' },
  operator_sessions: { none: 'operator_id created_at seen_at', digest: 'digest' },
  operators: {
    none: 'id role created_at disabled_at password_at totp_step enrolment_ends code_failures',
    personal: 'name subject',
    sealed: 'totp',
    digest: 'password enrolment recovery',
  },
  partner_authorities: { none: 'id created_at list_number', business: 'certificate', sealed: 'sealed' },
  partner_certificates: {
    none: 'partner_id authority_id serial not_before not_after created_at revoked_at last_used_at',
    digest: 'fingerprint',
  },
  partners: { none: 'id scopes created_at revoked_at', business: 'name' },
  product_aliases: {
    none: 'id system scheme class key_id decided_at ended_at ended_by revision',
    business: 'value code',
    personal: 'reason',
  },
  recall_notice_events: {
    none: 'record_id version receiver no event at recorded_at delivery_id code action level',
    business: 'found sold disposed',
    personal: 'actor note',
  },
  recall_notices: {
    none: 'record_id version receiver link_id hold_kind ordered_at due_at report_due_at event first_sent_at delivered_at delivery_id acknowledged_at how reported_at level report_level escalated_at',
    business: 'name',
    personal: 'acknowledged_by',
  },
  reconciliation_buckets: {
    none: 'reconciliation kind region hour state own_count their_count wanted_at',
    business: 'own_mass their_mass',
    digest: 'own_digest their_digest',
  },
  reconciliation_keys: {
    none: 'reconciliation record_id state own_version their_version resent_at',
    business: 'their_mass',
  },
  reconciliations: {
    none: 'id link_id system daily from_hour to_hour untimed side grain resend who state outcome problem detail created_at started_at finished_at head position cursor attempts next_at fence leased_until',
    business: 'counts',
  },
  replays: {
    none: 'id mode mappings state who created_at started_at finished_at cursor counts problem fence leased_until targets',
    business: 'scope',
    personal: 'samples',
  },
  retention_rules: { none: 'one rules' },
  revocation_lists: {
    none: 'this_update next_update revoked added_at',
    business: 'issuer issuer_name der',
    digest: 'fingerprint',
  },
  schedules: { none: 'name next_at done_at failed_at fence leased_until' },
  secrets: { none: 'name', sealed: 'value' },
  sign_in_attempts: { none: 'failures last_at next_at', digest: 'subject' },
  signing_keys: {
    none: 'system id scheme created_at ends_at revoked_at',
    business: 'public_key signer name',
    sealed: 'sealed',
  },
  system_secrets: { none: 'system name updated_at', sealed: 'sealed' },
  systems: {
    none: 'id region state created_at updated_at expect_since must_sign',
    business: 'title description settings expect',
  },
  trust_anchors: { none: 'not_after without_lists added_at', business: 'der subject', digest: 'fingerprint' },
  trust_mark: { none: 'is_one mark' },
} as const satisfies ColumnTags
