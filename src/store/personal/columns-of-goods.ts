import type { ColumnTags } from './columns.ts'

/** Columns of what systems sent and of what was made of it. */
export const COLUMNS_OF_GOODS = {
  arrivals: { none: 'system record hour first_at last_at' },
  card_codes: {
    none: 'region born card first_position records',
    business: 'subject',
    personal: 'code value',
  },
  card_code_sights: { none: 'system region records', business: 'subject', personal: 'code' },
  card_decisions: {
    none: 'id verdict key_id decided_at undone_at undone_by',
    business: 'subject',
    personal: 'code other_code reason',
  },
  card_history: { none: 'id change from_card to_card record_id decision at', business: 'subject' },
  case_events: {
    none: 'case_id no event from_state to_state at recorded_at method record_id version',
    business: 'mass',
    personal: 'actor note',
  },
  case_holds: { none: 'case_id record_id version hold_kind since', business: 'place' },
  case_lots: {
    none: 'case_id kind role depth via_record rule confidence scheme region occurred_at hold_record held',
    business: 'code via_code place site market product_name product_class mass',
    personal: 'stall',
  },
  case_lot_sights: { none: 'case_id system region', business: 'code' },
  case_tests: { none: 'record_id case_id version verdict is_lab' },
  cases: {
    none: 'id hub state narrow opened_by test_id region occurred_at lab_told_at told_at opened_at state_at confirmed_at ended_at due due_at wanted settled truncated',
    business: 'code product_name product_code product_class site market held_mass disposed_mass',
    personal: 'reason cause stall',
    digest: 'whos whats',
  },
  claims: {
    none: 'id record_id kind base_version status flags owner claimant hops via message_id received_at state decided_at version',
    personal: 'recorded body decided_by reason',
    digest: 'content_hash',
  },
  dangling_references: {
    none: 'system record_id record version message_id index received_at last_seen',
    personal: 'code subject place key',
  },
  description_sights: { none: 'id region system records first_seen last_seen', personal: 'newest' },
  descriptions: {
    none: 'id system kind region role personal records first_seen last_seen',
    business: 'subject',
    personal: 'codes name newest',
  },
  document_mentions: {
    none: 'record_id version kind system status role from_province to_province used_on count_unit bought_on',
    business: 'type site mass count product_class product_code',
    personal: 'code site_name vehicle giver taker',
  },
  document_signatures: {
    none: 'record_id version state reason serial signed_at checked_at',
    personal: 'signer',
    digest: 'mark',
  },
  drift: { none: 'system record field count first_seen last_seen', business: 'sample' },
  finding_checks: { none: 'due_at marks', business: 'subject' },
  findings: {
    none: 'id version system kind severity state region owner_role owner_region about_systems product_class occurred_at due_at found_at changed_at',
    business: 'subject site',
  },
  goods_moves: {
    none: 'record_id flow version system day count_unit is_bare is_suspect',
    business: 'site goods product_class code kilograms count',
    personal: 'site_name stall',
  },
  idempotency_keys: { none: 'system key message_id received_at', digest: 'sha256' },
  inspections: {
    none: 'id version system region due_at occurred_at',
    business: 'place result answers',
    digest: 'stall booth',
  },
  large_messages: {
    none: 'message_id received_at system record state total done bytes_done accepted unchanged rejected fence leased_until attempts next_at',
  },
  lot_edges: {
    none: 'record_id version kind rule confidence unit occurred_at live',
    business: 'quantity',
    personal: 'from_code to_code',
  },
  match_points: {
    none: 'side record_id version day',
    business: 'kilograms',
    personal: 'code',
    digest: 'who what',
  },
  message_nonces: { none: 'system nonce message_id received_at', digest: 'sha256' },
  message_parts: { none: 'message_id received_at part size coding', personal: 'bytes' },
  message_results: { none: 'message_id received_at first count coding', personal: 'results' },
  messages: {
    none: 'id received_at system record mapping key_id content_type encoding size coding state received accepted unchanged rejected',
    personal: 'bytes results problem completed mended',
    digest: 'sha256',
  },
  new_values: { none: 'system record field count receipt first_seen last_seen', personal: 'value' },
  null_shares: { none: 'system record field day seen nulls' },
  parked_bases: {
    none: 'system record message_id received_at last_seen joined',
    personal: 'join_key key place fields past',
    digest: 'content_hash sha256',
  },
  parked_details: {
    none: 'system record message_id index rejection_id received_at last_seen state',
    personal: 'join_key key place fields',
    digest: 'content_hash base_hash',
  },
  peer_versions: { none: 'record_id version origin hops via' },
  quality_codes: { none: 'system day type source message index matched', business: 'code', digest: 'digest' },
  quality_counts: { none: 'system day name count' },
  quality_messages: { none: 'message_id' },
  quality_reasons: { none: 'system day code field count receipt' },
  record_buckets: { none: 'system via kind region hour count', business: 'mass', digest: 'digest' },
  record_versions: {
    none: 'record_id version position kind system record status schema mapping message_id message_index received_at occurred_at region source_order flags replay',
    business: 'product_class',
    personal: 'recorded codes body',
    digest: 'content_hash',
  },
  rejections: {
    none: 'id message_id received_at index system record mapping code seen last_seen state',
    personal: 'key place group_key issues source',
  },
  stall_traders: { none: 'day record_id version', digest: 'stall trader' },
  supervision_figures: { none: 'scope day measure class detail records', business: 'product mass amount' },
  supervision_lines: {
    none: 'day family unit class region system records',
    business: 'place mass amount',
    personal: 'said detail',
  },
  supervision_names: { none: 'records', business: 'code', personal: 'name' },
  supervision_places: { none: 'region', business: 'place' },
  supervision_reports: {
    none: 'scope day edition version id position made_at',
    business: 'body seen_body',
    digest: 'digest',
  },
  unknown_products: {
    none: 'system records first_seen last_seen',
    business: 'code',
    personal: 'name own_code newest',
  },
  waiting_voids: { none: 'record_id message_id received_at mapping voided_at', personal: 'reason' },
} as const satisfies ColumnTags
