import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { DEFAULT_SEES, type SharingClass } from '#core/model/sharing.ts'
import type { ChangeFilter } from './change-filter.ts'
import { LANES, type Lane } from './lanes.ts'
import {
  type MadeKey,
  makeSigningKey,
  type ShownSigningKey,
  type SigningScheme,
  type StoredSigningKey,
  sealToken,
} from './link-secrets.ts'

/** Why a link does not deliver, and who must act. */
export interface LinkError {
  /** `retry`: the receiver is away or busy; `auth`: it does not know us; `config`: address or contract is wrong. */
  readonly class: 'retry' | 'auth' | 'config'
  /** Where the class does not tell who must act. */
  readonly actor?: 'operator'
  /** HTTP status, null where no answer came. */
  readonly status: number | null
  readonly detail: string
  readonly advice: { readonly zh: string; readonly en: string }
  /** ISO time in UTC. */
  readonly at: string
}

/** What a link may ask of its receiver; what is absent is not limited. */
export interface LinkLimits {
  readonly changesPerSecond?: number
  readonly requestsPerSecond?: number
  /** Most changes in one request. */
  readonly batch?: number
  /** Most links that are served at once at the same receiver: the same system, or the same host and port. */
  readonly concurrency?: number
}

/** How far one lane of a link is. */
export interface LaneState {
  /** Position of the last change that the lane is done with or holds. */
  readonly cursor: bigint
  /** Failed tries in a row. */
  readonly attempts: number
  readonly nextAt: string | null
  readonly delivered: number
  readonly refused: number
  /** Versions left out because a newer one was sent in their stead. */
  readonly coalesced: number
  readonly lastOkAt: string | null
  readonly lastError: LinkError | null
}

/** Which changes go to which receiver, through which mapping. Its own state is that of the live lane. */
export interface Link extends LaneState {
  readonly id: string
  readonly name: string
  readonly system: string | null
  /** Where it sends: `https:`, `http:`, or `file:` for a folder; null where the receiver pulls. */
  readonly url: string | null
  readonly allowAddress: readonly string[]
  readonly filter: ChangeFilter
  /** Classes of values that it may see. */
  readonly sees: readonly SharingClass[]
  /** With which keys its messages are signed, newest first. */
  readonly signing: readonly ShownSigningKey[]
  /** Whether its messages bear a token of the receiver's. */
  readonly hasToken: boolean
  /** `canonical` or `<system>/<record>`. */
  readonly mapping: string
  readonly state: 'active' | 'paused'
  readonly createdAt: string
  readonly updatedAt: string
  /** Position of the log behind which it begins. */
  readonly beginsAfter: bigint
  readonly limits: LinkLimits
  /** Sends only the newest version of a record among those that wait. */
  readonly coalesces: boolean
  readonly recall: LaneState
}

export interface NewLink {
  readonly name: string
  readonly system?: string | null
  readonly url?: string | null
  readonly allowAddress?: readonly string[]
  readonly filter?: ChangeFilter
  readonly mapping?: string
  readonly limits?: LinkLimits
  readonly coalesces?: boolean
  readonly sees?: readonly SharingClass[]
  readonly scheme?: SigningScheme
  /** Sent along as `Authorization: Bearer …`; never given back. */
  readonly token?: string | null
  /** Position to begin after; 0, the default, sends everything that is stored. */
  readonly cursor?: bigint
}

export interface LinkPatch {
  readonly name?: string
  readonly url?: string
  readonly allowAddress?: readonly string[]
  readonly filter?: ChangeFilter
  readonly mapping?: string
  readonly limits?: LinkLimits
  readonly coalesces?: boolean
  readonly sees?: readonly SharingClass[]
  /** Null takes it away. */
  readonly token?: string | null
  readonly state?: 'active' | 'paused'
}

type Client = ClientBase | Pool

/** Secrets are never shown again: of the keys only what anyone may know, of the token whether there is one. */
const LINK_COLUMNS = `l.id, l.name, l.system, l.url, l.allow_address, l.filter, l.mapping, l.limits, l.coalesces, l.state, l.created_at,
  l.updated_at, l.begins_after, l.sees, l.signing, l.token is not null as has_token`
const LANE_COLUMNS = `'cursor', cursor::text, 'attempts', attempts, 'nextAt', next_at, 'delivered', delivered, 'refused', refused,
  'coalesced', coalesced, 'lastOkAt', last_ok_at, 'lastError', last_error`
const LINKS = `select ${LINK_COLUMNS}, (select jsonb_object_agg(lane, jsonb_build_object(${LANE_COLUMNS})) from link_lanes where link_id = l.id)
  as lanes`

/** Makes a link; the secret with which its deliveries are signed is given only here. */
export async function createLink(pool: Pool, link: NewLink): Promise<{ link: Link } & MadeKey> {
  const id = randomUUID()
  const { stored, made } = await makeSigningKey(pool, id, link.scheme ?? 'v1')
  await pool.query(
    `with made as (
       insert into links (id, name, system, url, allow_address, filter, mapping, secret, limits, coalesces, sees, signing, token, begins_after)
       values ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $11, $12, $13) returning id)
     insert into link_lanes (link_id, lane, cursor, replay_cursor) select id, lane, $13::bigint, $13::bigint from made, unnest($14::text[]) lane`,
    [
      id,
      link.name,
      link.system ?? null,
      link.url ?? null,
      link.allowAddress ?? [],
      JSON.stringify(link.filter ?? {}),
      link.mapping ?? 'canonical',
      JSON.stringify(link.limits ?? {}),
      link.coalesces ?? false,
      link.sees ?? DEFAULT_SEES,
      JSON.stringify([stored]),
      link.token ? await sealToken(pool, id, link.token) : null,
      link.cursor ?? 0n,
      LANES,
    ],
  )
  return { link: (await readLink(pool, id)) as Link, ...made }
}

/** Links by identifier, ascending; `after` is the identifier of the last one of the page before. */
export async function listLinks(
  client: Client,
  page: { readonly after?: string; readonly limit: number },
): Promise<Link[]> {
  const { rows } = await client.query<LinkRow>(
    `${LINKS} from links l where $1::uuid is null or id > $1 order by id limit $2`,
    [page.after ?? null, page.limit],
  )
  return rows.map(linkOf)
}

export async function readLink(client: Client, id: string): Promise<Link | null> {
  const { rows } = await client.query<LinkRow>(`${LINKS} from links l where id = $1`, [id])
  return rows[0] ? linkOf(rows[0]) : null
}

/** Those of the links that see personal values. */
export async function linksOfPersonal(pool: Pool, ids: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from links where id::text = any($1) and 'personal' = any(sees)`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

/**
 * Changes a link, and lets it try again at once: the operator has acted, so its back-off and last error no longer say anything.
 * A delivery under way ends with its batch and takes the new settings up. Null where there is no such link.
 */
export async function patchLink(pool: Pool, id: string, patch: LinkPatch): Promise<Link | null> {
  await pool.query(
    `with patched as (
       update links set name = coalesce($2, name), url = coalesce($3, url), allow_address = coalesce($4, allow_address),
         filter = coalesce($5, filter), mapping = coalesce($6, mapping), state = coalesce($7, state), limits = coalesce($8, limits),
         coalesces = coalesce($9, coalesces), sees = coalesce($10, sees), token = case when $11 then $12 else token end,
         updated_at = clock_timestamp()
       where id = $1 returning id)
     update link_lanes set attempts = 0, next_at = null, last_error = null, changed_at = clock_timestamp()
       from patched where link_id = patched.id`,
    [
      id,
      patch.name ?? null,
      patch.url ?? null,
      patch.allowAddress ?? null,
      patch.filter ? JSON.stringify(patch.filter) : null,
      patch.mapping ?? null,
      patch.state ?? null,
      patch.limits ? JSON.stringify(patch.limits) : null,
      patch.coalesces ?? null,
      patch.sees ?? null,
      patch.token !== undefined,
      patch.token ? await sealToken(pool, id, patch.token) : null,
    ],
  )
  return await readLink(pool, id)
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
  readonly limits: LinkLimits
  readonly coalesces: boolean
  readonly state: 'active' | 'paused'
  readonly created_at: string
  readonly updated_at: string
  readonly begins_after: string
  readonly lanes: Readonly<Record<Lane, Omit<LaneState, 'cursor'> & { readonly cursor: string }>>
  readonly sees: SharingClass[]
  readonly signing: StoredSigningKey[]
  readonly has_token: boolean
}

const linkOf = (row: LinkRow): Link => ({
  id: row.id,
  name: row.name,
  system: row.system,
  url: row.url,
  allowAddress: row.allow_address,
  filter: row.filter,
  sees: row.sees,
  // A link from before keys were sealed has one secret of the first scheme.
  signing:
    row.signing.length === 0
      ? [{ scheme: 'v1', publicKey: null, validUntil: null }]
      : row.signing.map(({ scheme, publicKey, validUntil }) => ({ scheme, publicKey, validUntil })),
  hasToken: row.has_token,
  mapping: row.mapping,
  limits: row.limits,
  coalesces: row.coalesces,
  state: row.state,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  beginsAfter: BigInt(row.begins_after),
  ...laneStateOf(row.lanes.live),
  recall: laneStateOf(row.lanes.recall),
})

const laneStateOf = ({ cursor, nextAt, lastOkAt, ...lane }: LinkRow['lanes'][Lane]): LaneState => ({
  ...lane,
  cursor: BigInt(cursor),
  nextAt: instantOf(nextAt),
  lastOkAt: instantOf(lastOkAt),
})

/** Times inside jsonb come with an offset; everywhere else they are in UTC with a Z. */
const instantOf = (time: string | null): string | null => time?.replace(/\+00:00$/, 'Z') ?? null
