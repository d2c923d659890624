import { randomBytes, randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import type { ChangeFilter } from './change-filter.ts'

/** Why a link does not deliver, and who must act. */
export interface LinkError {
  /** `retry`: the receiver is away or busy; `auth`: it does not know us; `config`: address or contract is wrong. */
  readonly class: 'retry' | 'auth' | 'config'
  /** HTTP status, null where no answer came. */
  readonly status: number | null
  readonly detail: string
  readonly advice: { readonly zh: string; readonly en: string }
  /** ISO time in UTC. */
  readonly at: string
}

/** Which changes go to which receiver, through which mapping; owns a cursor into the change log. */
export interface Link {
  readonly id: string
  readonly name: string
  readonly system: string | null
  readonly url: string | null
  readonly allowAddress: readonly string[]
  readonly filter: ChangeFilter
  /** `canonical` or `<system>/<record>`. */
  readonly mapping: string
  readonly state: 'active' | 'paused'
  readonly createdAt: string
  readonly updatedAt: string
  /** Position of the last change that the link is done with or holds. */
  readonly cursor: bigint
  /** Failed tries in a row. */
  readonly attempts: number
  readonly nextAt: string | null
  readonly delivered: number
  readonly refused: number
  readonly lastOkAt: string | null
  readonly lastError: LinkError | null
}

export interface NewLink {
  readonly name: string
  readonly system?: string | null
  readonly url?: string | null
  readonly allowAddress?: readonly string[]
  readonly filter?: ChangeFilter
  readonly mapping?: string
  /** Position to begin after; 0, the default, sends everything that is stored. */
  readonly cursor?: bigint
}

export interface LinkPatch {
  readonly name?: string
  readonly url?: string
  readonly allowAddress?: readonly string[]
  readonly filter?: ChangeFilter
  readonly mapping?: string
  readonly state?: 'active' | 'paused'
}

type Client = ClientBase | Pool

/** Never selected with the rest: the secret is shown once, when the link is made. */
export const LINK_COLUMNS = `id, name, system, url, allow_address, filter, mapping, state, created_at, updated_at, cursor, attempts,
  next_at, delivered, refused, last_ok_at, last_error`

/** A signing secret in the form of Standard Webhooks: `whsec_` and 32 random bytes in base64. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** Makes a link; the secret with which its deliveries are signed is given only here. */
export async function createLink(client: Client, link: NewLink): Promise<{ link: Link; secret: string }> {
  const secret = newSecret()
  const { rows } = await client.query(
    `insert into links (id, name, system, url, allow_address, filter, mapping, secret, cursor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${LINK_COLUMNS}`,
    [
      randomUUID(),
      link.name,
      link.system ?? null,
      link.url ?? null,
      link.allowAddress ?? [],
      JSON.stringify(link.filter ?? {}),
      link.mapping ?? 'canonical',
      secret,
      link.cursor ?? 0n,
    ],
  )
  return { link: linkOf(rows[0] as LinkRow), secret }
}

/** Links by identifier, ascending; `after` is the identifier of the last one of the page before. */
export async function listLinks(
  client: Client,
  page: { readonly after?: string; readonly limit: number },
): Promise<Link[]> {
  const { rows } = await client.query<LinkRow>(
    `select ${LINK_COLUMNS} from links where $1::uuid is null or id > $1 order by id limit $2`,
    [page.after ?? null, page.limit],
  )
  return rows.map(linkOf)
}

export async function readLink(client: Client, id: string): Promise<Link | null> {
  const { rows } = await client.query<LinkRow>(`select ${LINK_COLUMNS} from links where id = $1`, [id])
  return rows[0] ? linkOf(rows[0]) : null
}

/**
 * Changes a link, and lets it try again at once: the operator has acted, so its back-off and last error no longer say anything.
 * A delivery under way ends with its batch and takes the new settings up. Null where there is no such link.
 */
export async function patchLink(client: Client, id: string, patch: LinkPatch): Promise<Link | null> {
  const { rows } = await client.query<LinkRow>(
    `update links set name = coalesce($2, name), url = coalesce($3, url), allow_address = coalesce($4, allow_address),
       filter = coalesce($5, filter), mapping = coalesce($6, mapping), state = coalesce($7, state), updated_at = clock_timestamp(),
       attempts = 0, next_at = null, last_error = null
     where id = $1 returning ${LINK_COLUMNS}`,
    [
      id,
      patch.name ?? null,
      patch.url ?? null,
      patch.allowAddress ?? null,
      patch.filter ? JSON.stringify(patch.filter) : null,
      patch.mapping ?? null,
      patch.state ?? null,
    ],
  )
  return rows[0] ? linkOf(rows[0]) : null
}

/** The secret with which the deliveries of a link are signed; null where there is no such link. */
export async function readLinkSecret(client: Client, id: string): Promise<string | null> {
  const { rows } = await client.query<{ secret: string }>('select secret from links where id = $1', [id])
  return rows[0]?.secret ?? null
}

/** Deletes a link with what it holds; its deliveries stay as history. False where there is none. */
export async function deleteLink(client: Client, id: string): Promise<boolean> {
  const { rowCount } = await client.query('delete from links where id = $1', [id])
  return rowCount === 1
}

interface LinkRow {
  readonly id: string
  readonly name: string
  readonly system: string | null
  readonly url: string | null
  readonly allow_address: string[]
  readonly filter: ChangeFilter
  readonly mapping: string
  readonly state: 'active' | 'paused'
  readonly created_at: string
  readonly updated_at: string
  readonly cursor: string
  readonly attempts: number
  readonly next_at: string | null
  readonly delivered: string
  readonly refused: string
  readonly last_ok_at: string | null
  readonly last_error: LinkError | null
}

const linkOf = (row: LinkRow): Link => ({
  id: row.id,
  name: row.name,
  system: row.system,
  url: row.url,
  allowAddress: row.allow_address,
  filter: row.filter,
  mapping: row.mapping,
  state: row.state,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  cursor: BigInt(row.cursor),
  attempts: row.attempts,
  nextAt: row.next_at,
  delivered: Number(row.delivered),
  refused: Number(row.refused),
  lastOkAt: row.last_ok_at,
  lastError: row.last_error,
})
