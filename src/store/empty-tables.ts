import type { Pool, PoolClient } from 'pg'
import { isConflict } from './database-errors.ts'

/** Tables are locked in the order of the statement, and a hub that runs meanwhile locks them in its own. */
const ATTEMPTS = 10

/**
 * Empties everything that came in or went out, keys, links and channels included, and what refers to it; registered systems stay. For the demo
 * and the bench, which have a database of their own: nothing else may call it.
 */
export async function emptyTables(client: Pool | PoolClient): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await truncate(client)
      return
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    }
  }
}

async function truncate(client: Pool | PoolClient): Promise<void> {
  await client.query(
    `select set_config('hub.rewriting', 'on', true);
     truncate messages, record_versions, lot_edges, document_mentions, rejections, waiting_voids, confirmed_orders, wholes, whole_lines, idempotency_keys, drift, links, link_files, link_lanes,
       link_rates, caller_rates, held_changes, backfills, deliveries, system_secrets, channels, parked_bases, parked_details, dangling_references,
       large_messages, message_parts, message_results, peer_versions, claims, claim_sendings, cases,
       supervision_lines, supervision_names, supervision_traders, supervision_figures, supervision_places, inspections cascade`,
  )
}
