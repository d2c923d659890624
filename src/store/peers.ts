import type { ClientBase, Pool } from 'pg'
import { type Peer, peerOf } from '#core/peers/peer.ts'

type Client = ClientBase | Pool

/** The systems whose settings say that they are hubs. */
export async function listPeers(client: Client): Promise<Peer[]> {
  const { rows } = await client.query<{ id: string; settings: Record<string, unknown> }>(
    "select id, settings from systems where settings ? 'peer' order by id",
  )
  return rows.flatMap(({ id, settings }) => peerOf(id, settings) ?? [])
}

/** The peer that a link leads to; null where its receiver is no hub. */
export async function readPeerOfLink(client: Client, linkId: string): Promise<Peer | null> {
  const { rows } = await client.query<{ id: string; settings: Record<string, unknown> }>({
    name: 'read-peer-of-link',
    text: `select s.id, s.settings from links l join systems s on s.id = l.system where l.id = $1 and s.settings ? 'peer'`,
    values: [linkId],
  })
  return rows[0] ? peerOf(rows[0].id, rows[0].settings) : null
}
