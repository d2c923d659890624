import type { ClientBase, Pool, PoolClient } from 'pg'

type Client = ClientBase | Pool

/** The two parts of what a channel is called. */
export interface ChannelName {
  readonly system: string
  readonly name: string
}

/** How often a channel is read; in place of what its system.yaml says. */
export type Rhythm = { readonly every: string } | { readonly cron: string }

/** What an operator sets of a channel. */
export interface ChannelSettings {
  readonly isOn: boolean
  readonly settings: Readonly<Record<string, unknown>>
  readonly limits: Readonly<Record<string, unknown>>
  readonly allowAddress: readonly string[]
  readonly rhythm: Rhythm | null
}

/** Why the last try of a channel failed. */
export interface ChannelError {
  readonly class: 'retry' | 'auth' | 'config' | 'source' | 'hub'
  readonly detail: string
  /** The detail in Chinese, where it was found with both. */
  readonly zh?: string
  /** JSON pointer of the setting to blame. */
  readonly setting?: string
  readonly at: string
}

/** A sentence in both languages. */
export interface ChannelDoubt {
  readonly zh: string
  readonly en: string
}

export interface ChannelRow extends ChannelName, ChannelSettings {
  readonly changedAt: string
  readonly state: Readonly<Record<string, unknown>> | null
  readonly isWorking: boolean
  readonly nextAt: string | null
  readonly attempts: number
  readonly lastError: ChannelError | null
  readonly failingSince: string | null
  readonly ranAt: string | null
  readonly doneAt: string | null
  readonly messages: number
  readonly received: number
  readonly rejected: number
  readonly refused: number
  readonly scannedAt: string | null
  readonly scanError: ChannelError | null
  /** What its last reading left at the source, and why. */
  readonly doubts: readonly ChannelDoubt[]
}

const COLUMNS = `system, name, is_on as "isOn", settings, limits, allow_address as "allowAddress", rhythm, changed_at as "changedAt", state,
  coalesce(leased_until > clock_timestamp(), false) as "isWorking", next_at as "nextAt", attempts, last_error as "lastError", failing_since as "failingSince", ran_at as "ranAt",
  done_at as "doneAt", messages::float8 as messages, received::float8 as received, rejected::float8 as rejected, refused::float8 as refused,
  scanned_at as "scannedAt", scan_error as "scanError", doubts`

/** Channels that an operator ever set or that ran, by name. */
export async function readChannels(client: Client, systems?: readonly string[]): Promise<ChannelRow[]> {
  const { rows } = await client.query(
    `select ${COLUMNS} from channels where $1::text[] is null or system = any($1) order by system, name`,
    [systems ?? null],
  )
  return rows
}

export async function readChannel(client: Client, { system, name }: ChannelName): Promise<ChannelRow | null> {
  const { rows } = await client.query(`select ${COLUMNS} from channels where system = $1 and name = $2`, [
    system,
    name,
  ])
  return rows[0] ?? null
}

/**
 * Sets what is given and leaves the rest; a channel that is on is due at once by its new settings. Whoever works on it sees that it changed.
 */
export async function setChannel(
  client: Client,
  { system, name }: ChannelName,
  { isOn, settings, limits, allowAddress, rhythm }: Partial<ChannelSettings>,
): Promise<ChannelRow> {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))
  const { rows } = await client.query(
    `insert into channels as c (system, name, is_on, settings, limits, allow_address, rhythm)
     values ($1, $2, coalesce($3, false), coalesce($4::jsonb, '{}'), coalesce($5::jsonb, '{}'), coalesce($6::text[], '{}'), nullif($7::jsonb, 'null'))
     on conflict (system, name) do update set is_on = coalesce($3, c.is_on), settings = coalesce($4::jsonb, c.settings),
       limits = coalesce($5::jsonb, c.limits), allow_address = coalesce($6::text[], c.allow_address),
       rhythm = case when $7::jsonb is null then c.rhythm else nullif($7::jsonb, 'null') end,
       changed_at = clock_timestamp(), next_at = null, attempts = 0, last_error = null, failing_since = null
     returning ${COLUMNS}`,
    [system, name, isOn ?? null, json(settings), json(limits), allowAddress ?? null, json(rhythm)],
  )
  return rows[0]
}

/** Lets a channel be due now; false where there is none that is on. */
export async function hastenChannel(client: Client, { system, name }: ChannelName): Promise<boolean> {
  const { rowCount } = await client.query(
    'update channels set next_at = null where system = $1 and name = $2 and is_on',
    [system, name],
  )
  return rowCount === 1
}

/** Lets a channel go on from another state; null: from the beginning. Who works on it loses the lease and can store nothing more. */
export async function setChannelState(
  client: Client,
  { system, name }: ChannelName,
  state: Readonly<Record<string, unknown>> | null,
): Promise<ChannelRow | null> {
  const { rows } = await client.query(
    `update channels set state = $3, fence = fence + 1, leased_until = null, next_at = null, attempts = 0, last_error = null,
            failing_since = null, changed_at = clock_timestamp()
      where system = $1 and name = $2 returning ${COLUMNS}`,
    [system, name, state && JSON.stringify(state)],
  )
  return rows[0] ?? null
}

/** The right to read a channel; it runs out by itself, and its fence refuses a worker that lost it. */
export interface ChannelLease extends ChannelName, ChannelSettings {
  readonly fence: bigint
  readonly state: Readonly<Record<string, unknown>> | null
  readonly attempts: number
  readonly changedAt: string
  /** Whether the scan for deleted records is due; null where none was ever planned. */
  readonly scanDue: boolean | null
}

const IS_DUE = `c.is_on and (c.next_at is null or c.next_at <= to_timestamp($1::numeric / 1000))
    and (c.leased_until is null or c.leased_until <= clock_timestamp())`

/** Channels that are due and that nobody works on, with the place by which progress shows. */
export async function findDueChannels(
  client: Client,
  nowMs: number,
): Promise<readonly (ChannelName & { readonly place: string })[]> {
  const { rows } = await client.query({
    name: 'find-due-channels',
    text: `select c.system, c.name, c.fence || '/' || c.messages as place from channels c where ${IS_DUE} order by c.next_at nulls first limit 200`,
    values: [nowMs],
  })
  return rows
}

/** Takes the lease of a channel for some milliseconds by the database's clock; null where it is not due, off, or another's. */
export async function leaseChannel(
  client: Client,
  { system, name }: ChannelName,
  { nowMs, leaseMs }: { readonly nowMs: number; readonly leaseMs: number },
): Promise<ChannelLease | null> {
  const { rows } = await client.query(
    `update channels c set fence = c.fence + 1, leased_until = clock_timestamp() + $2 * interval '1 millisecond', ran_at = clock_timestamp()
      where (c.system, c.name) = (select c.system, c.name from channels c where c.system = $3 and c.name = $4 and ${IS_DUE} for update skip locked)
      returning c.system, c.name, c.fence, c.is_on as "isOn", c.settings, c.limits, c.allow_address as "allowAddress", c.rhythm, c.state,
        c.attempts, c.changed_at as "changedAt", c.scan_next_at <= to_timestamp($1::numeric / 1000) as "scanDue"`,
    [nowMs, leaseMs, system, name],
  )
  const row = rows[0]
  return row ? { ...row, fence: BigInt(row.fence) } : null
}

/** Keeps the lease. `lost`: another has it. `changed`: an operator changed the channel since it was taken. */
export async function extendChannelLease(
  client: Client,
  { system, name, fence, changedAt }: ChannelLease,
  leaseMs: number,
): Promise<'kept' | 'changed' | 'lost'> {
  const { rows } = await client.query(
    `update channels set leased_until = clock_timestamp() + $4 * interval '1 millisecond' where system = $1 and name = $2 and fence = $3
     returning changed_at is distinct from $5::timestamptz as changed`,
    [system, name, fence, leaseMs, changedAt],
  )
  return rows[0] ? (rows[0].changed ? 'changed' : 'kept') : 'lost'
}

/** What a page did, for the figures of its channel. */
export interface PageCounts {
  readonly received: number
  readonly rejected: number
  readonly refused: number
}

/** The state of a channel behind a page. */
export interface ChannelStep extends ChannelName {
  readonly fence: bigint
  readonly state: Readonly<Record<string, unknown>>
}

/** A worker that lost its lease came with a page. */
export class ChannelLost extends Error {
  override readonly name = 'ChannelLost'
}

/**
 * Moves channels on, in the transaction in which their pages are stored.
 * @throws ChannelLost where one of them is another worker's by now; nothing of the transaction may be committed then
 */
export async function advanceChannel(
  client: PoolClient | Pool,
  { system, name, fence, state }: ChannelStep,
  { received, rejected, refused }: PageCounts,
): Promise<void> {
  const { rowCount } = await client.query({
    name: 'advance-channel',
    text: `update channels set state = $4, attempts = 0, last_error = null, failing_since = null, messages = messages + 1, received = received + $5,
              rejected = rejected + $6, refused = refused + $7
            where system = $1 and name = $2 and fence = $3`,
    values: [system, name, fence, JSON.stringify(state), received, rejected, refused],
  })
  if (rowCount !== 1) throw new ChannelLost(`${system}/${name} is another worker's`)
}

/** Moves a channel on without a message: its source answered; throws as `advanceChannel` does. */
export async function moveChannel(
  client: Client,
  { system, name, fence, state }: ChannelStep,
  refused = 0,
): Promise<void> {
  const { rowCount } = await client.query(
    `update channels set state = $4, attempts = 0, last_error = null, failing_since = null, refused = refused + $5
      where system = $1 and name = $2 and fence = $3`,
    [system, name, fence, JSON.stringify(state), refused],
  )
  if (rowCount !== 1) throw new ChannelLost(`${system}/${name} is another worker's`)
}

/** Adds to the figures of a channel whose pages carry no state. */
export async function countPages(
  client: Client,
  { system, name }: ChannelName,
  { messages, received, rejected, refused }: PageCounts & { readonly messages: number },
): Promise<void> {
  await client.query(
    `update channels set messages = messages + $3, received = received + $4, rejected = rejected + $5, refused = refused + $6,
            attempts = 0, last_error = null, failing_since = null
      where system = $1 and name = $2`,
    [system, name, messages, received, rejected, refused],
  )
}

/** How the work on a channel ended. */
export interface ChannelEnd {
  /** Null: at once. */
  readonly nextAtMs: number | null
  /** Absent: it was read to its end. Null: it goes on. */
  readonly error?: Omit<ChannelError, 'at'> | null
  /** Undefined: what was told before stays. */
  readonly doubts?: readonly ChannelDoubt[] | undefined
}

/** Gives the lease back and says when the channel is due again. Changes nothing where the lease was lost; an operator's change makes it due now. */
export async function endChannel(
  client: Client,
  { system, name, fence, changedAt }: ChannelLease,
  { nextAtMs, error, doubts }: ChannelEnd,
): Promise<void> {
  const isDone = error === undefined
  await client.query(
    `update channels set leased_until = null, done_at = case when $5 then clock_timestamp() else done_at end,
            next_at = case when changed_at is distinct from $6::timestamptz then null else to_timestamp($4::numeric / 1000) end,
            failing_since = case when $7::jsonb is null then null else coalesce(failing_since, clock_timestamp()) end,
            attempts = case when $7::jsonb is null then 0 else attempts + 1 end, last_error = case when $7::jsonb is null then null
              else $7::jsonb || jsonb_build_object('at', clock_timestamp()) end, doubts = coalesce($8::jsonb, doubts)
      where system = $1 and name = $2 and fence = $3`,
    [
      ...[system, name, fence, nextAtMs, isDone, changedAt],
      error ? JSON.stringify(error) : null,
      doubts ? JSON.stringify(doubts) : null,
    ],
  )
}
