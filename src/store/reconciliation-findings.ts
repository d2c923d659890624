import type { ClientBase, Pool } from 'pg'
import type { BucketName } from '#core/reconcile/bucket.ts'
import type { Difference, TheirFigures } from '#core/reconcile/compare.ts'
import { massText } from './record-buckets.ts'

type Client = ClientBase | Pool

/** Figures or keys that were given of the other side. */
export interface GivenFigures extends BucketName, TheirFigures {}
export interface GivenKey {
  readonly id: string
  readonly version: number | null
  readonly mass: string | null
}

/** How the sides differ in a record; of the receiving side: it lacks it, has an older version, another one, or one too many. */
export type FindingState = 'missing' | 'outdated' | 'different' | 'surplus'

export interface Finding {
  readonly recordId: string
  readonly state: FindingState
  readonly ownVersion: number | null
  readonly theirVersion: number | null
}

/** Stores given figures in a transaction of the caller's; the same bucket twice is added up. */
export async function insertGivenFigures(
  client: Client,
  id: string,
  given: readonly GivenFigures[],
): Promise<void> {
  await client.query(
    `insert into reconciliation_buckets (reconciliation, kind, region, hour, state, their_count, their_mass, their_digest)
     select $1, kind, region, hour, 'given', count, mass, digest
       from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::numeric[], $7::text[]) g (kind, region, hour, count, mass, digest)`,
    [
      id,
      given.map(({ kind }) => kind),
      given.map(({ region }) => region),
      given.map(({ hour }) => hour),
      given.map(({ count }) => count),
      given.map(({ mass }) => mass),
      given.map(({ digest }) => digest),
    ],
  )
}

export async function insertGivenKeys(client: Client, id: string, given: readonly GivenKey[]): Promise<void> {
  await client.query(
    `insert into reconciliation_keys (reconciliation, record_id, state, their_version, their_mass)
     select $1, id, 'given', version, mass from unnest($2::text[], $3::integer[], $4::numeric[]) g (id, version, mass)
     on conflict do nothing`,
    [id, given.map((key) => key.id), given.map(({ version }) => version), given.map(({ mass }) => mass)],
  )
}

/** The figures that were given. */
export async function readGivenFigures(client: Client, id: string): Promise<GivenFigures[]> {
  const { rows } = await client.query(
    `select kind, region, hour, their_count as count, their_mass as mass, their_digest as digest from reconciliation_buckets
      where reconciliation = $1 and their_count is not null`,
    [id],
  )
  return rows.map((row) => ({
    ...row,
    count: Number(row.count),
    mass: row.mass === null ? null : massText(row.mass),
  }))
}

export async function readGivenKeys(client: Client, id: string): Promise<GivenKey[]> {
  const { rows } = await client.query(
    `select record_id as id, their_version as version, their_mass as mass from reconciliation_keys
      where reconciliation = $1 and state = 'given'`,
    [id],
  )
  return rows.map((row) => ({ ...row, mass: row.mass === null ? null : massText(row.mass) }))
}

/** Takes out the given keys that turned out to be as they should. */
export async function dropGivenKeys(client: Client, id: string): Promise<void> {
  await client.query(`delete from reconciliation_keys where reconciliation = $1 and state = 'given'`, [id])
}

/** Buckets in which the sides differ, in a transaction of the caller's. */
export async function insertDifferences(
  client: Client,
  id: string,
  found: readonly Difference[],
): Promise<void> {
  await client.query(
    `insert into reconciliation_buckets (reconciliation, kind, region, hour, state, own_count, own_mass, own_digest, their_count,
       their_mass, their_digest)
     select $1, kind, region, hour, 'differs', own_count, own_mass, own_digest, count, mass, digest
       from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::numeric[], $7::text[], $8::bigint[], $9::numeric[], $10::text[])
         f (kind, region, hour, own_count, own_mass, own_digest, count, mass, digest)
     on conflict (reconciliation, hour, kind, region) do update set state = 'differs', own_count = excluded.own_count,
       own_mass = excluded.own_mass, own_digest = excluded.own_digest`,
    [
      id,
      found.map(({ kind }) => kind),
      found.map(({ region }) => region),
      found.map(({ hour }) => hour),
      found.map(({ own }) => own.count),
      found.map(({ own }) => own.mass),
      found.map(({ own }) => own.digest),
      found.map(({ theirs }) => theirs.count),
      found.map(({ theirs }) => theirs.mass),
      found.map(({ theirs }) => theirs.digest),
    ],
  )
}

/** A bucket as it was found. */
export interface FoundBucket extends BucketName {
  readonly state: 'given' | 'differs' | 'narrowed'
  readonly own: TheirFigures | null
  readonly theirs: TheirFigures | null
  readonly wantedAt: string | null
}

/** Buckets in which the sides differ, by hour; with `open` only those whose keys were not looked for yet. */
export async function readDifferences(
  client: Client,
  id: string,
  query: { readonly open?: boolean; readonly limit: number },
): Promise<FoundBucket[]> {
  const { rows } = await client.query(
    `select * from reconciliation_buckets where reconciliation = $1 and state = any($2) order by hour, kind, region limit $3`,
    [id, query.open ? ['differs'] : ['differs', 'narrowed'], query.limit],
  )
  return rows.map((row) => ({
    kind: row.kind,
    region: row.region,
    hour: row.hour,
    state: row.state,
    own: figuresOf(row.own_count, row.own_mass, row.own_digest),
    theirs: figuresOf(row.their_count, row.their_mass, row.their_digest),
    wantedAt: row.wanted_at,
  }))
}

const figuresOf = (count: string | null, mass: string | null, digest: string | null): TheirFigures | null =>
  count === null ? null : { count: Number(count), mass: mass === null ? null : massText(mass), digest }

/** Takes a bucket out in which no record differs after all: what differed was under way. */
export async function dropDifference(client: Client, id: string, bucket: BucketName): Promise<void> {
  await client.query(
    'delete from reconciliation_buckets where reconciliation = $1 and hour = $2 and kind = $3 and region = $4',
    [id, bucket.hour, bucket.kind, bucket.region],
  )
}

/** Notes that the keys of a bucket are looked for. */
export async function setNarrowed(client: Client, id: string, bucket: BucketName): Promise<void> {
  await client.query(
    `update reconciliation_buckets set state = 'narrowed' where reconciliation = $1 and hour = $2 and kind = $3 and region = $4`,
    [id, bucket.hour, bucket.kind, bucket.region],
  )
}

export async function insertFindings(client: Client, id: string, found: readonly Finding[]): Promise<void> {
  if (found.length === 0) return
  await client.query(
    `insert into reconciliation_keys as k (reconciliation, record_id, state, own_version, their_version)
     select $1, id, state, own, theirs from unnest($2::text[], $3::text[], $4::integer[], $5::integer[]) f (id, state, own, theirs)
     on conflict (reconciliation, record_id) do update set own_version = excluded.own_version,
       state = case when excluded.state = 'missing' and k.state <> 'given' and k.their_version is not null then k.state else excluded.state end,
       their_version = coalesce(excluded.their_version, k.their_version)`,
    [
      id,
      found.map(({ recordId }) => recordId),
      found.map(({ state }) => state),
      found.map(({ ownVersion }) => ownVersion),
      found.map(({ theirVersion }) => theirVersion),
    ],
  )
}

export interface FoundKey extends Finding {
  readonly resentAt: string | null
}

/** Records in which the sides differ, by identifier; `after` is the last one of the page before. */
export async function listFindings(
  client: Client,
  id: string,
  page: {
    readonly states?: readonly FindingState[]
    readonly unsent?: boolean
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<FoundKey[]> {
  const { rows } = await client.query<FoundKey>(
    `select record_id as "recordId", state, own_version as "ownVersion", their_version as "theirVersion", resent_at as "resentAt"
       from reconciliation_keys where reconciliation = $1 and state = any($2) and ($3::text is null or record_id > $3)
        and (not $4 or resent_at is null) order by record_id limit $5`,
    [
      id,
      page.states ?? ['missing', 'outdated', 'different', 'surplus'],
      page.after ?? null,
      page.unsent ?? false,
      page.limit,
    ],
  )
  return rows
}

/** How many records differ, by how. */
export async function countFindings(client: Client, id: string): Promise<Record<FindingState, number>> {
  const { rows } = await client.query<{ state: FindingState; count: number }>(
    `select state, count(*)::integer as count from reconciliation_keys where reconciliation = $1 and state <> 'given' group by state`,
    [id],
  )
  return {
    missing: 0,
    outdated: 0,
    different: 0,
    surplus: 0,
    ...Object.fromEntries(rows.map((row) => [row.state, row.count])),
  }
}

/** Buckets in which the sides differ, and those of them of which no record is known that explains it. */
export async function countOpenDifferences(
  client: Client,
  id: string,
): Promise<{ readonly all: number; readonly unexplained: number }> {
  const { rows } = await client.query(
    `select count(*)::integer as all, count(*) filter (where state = 'differs')::integer as unexplained
       from reconciliation_buckets where reconciliation = $1 and state <> 'given'`,
    [id],
  )
  return rows[0]
}

/** Notes that records were sent again over the link, or asked for from the source. */
export async function setResent(client: Client, id: string, recordIds: readonly string[]): Promise<void> {
  await client.query(
    `update reconciliation_keys set resent_at = clock_timestamp() where reconciliation = $1 and record_id = any($2)`,
    [id, recordIds],
  )
}

/** Asks for the buckets of which no keys are known. */
export async function setWantedBuckets(client: Client, id: string): Promise<number> {
  const { rowCount } = await client.query(
    `update reconciliation_buckets set wanted_at = clock_timestamp()
      where reconciliation = $1 and state = 'differs' and wanted_at is null and coalesce(own_count, 0) < their_count`,
    [id],
  )
  return rowCount ?? 0
}

/** A record that the source is asked to send again; it goes from the list when a newer version has come. */
export interface WantedRecord {
  readonly id: string
  readonly reason: FindingState
  readonly reconciliation: string
  readonly since: string
}

/** Records wanted from a system, by identifier; `after` is the last one of the page before. */
export async function listWanted(
  client: Client,
  query: { readonly system: string; readonly after?: string | undefined; readonly limit: number },
): Promise<WantedRecord[]> {
  const { rows } = await client.query<WantedRecord>(
    `select distinct on (k.record_id) k.record_id as id, k.state as reason, k.reconciliation, k.resent_at as since
       from reconciliation_keys k join reconciliations r on r.id = k.reconciliation
      where r.system = $1 and r.link_id is null and k.resent_at is not null and ($2::text is null or k.record_id > $2)
        and not exists (select from record_versions v where v.record_id = k.record_id and v.version > coalesce(k.own_version, 0))
      order by k.record_id, k.reconciliation desc limit $3`,
    [query.system, query.after ?? null, query.limit],
  )
  return rows
}

/** Buckets wanted from a system of which the newest reconciliation of the same hours still lacks records. */
export async function listWantedBuckets(
  client: Client,
  system: string,
  limit: number,
): Promise<
  (BucketName & { readonly reconciliation: string; readonly since: string; readonly lacks: number })[]
> {
  const { rows } = await client.query(
    `select b.kind, b.region, b.hour, b.reconciliation, b.wanted_at as since, (b.their_count - coalesce(b.own_count, 0))::float8 as lacks
       from reconciliation_buckets b join reconciliations r on r.id = b.reconciliation
      where r.system = $1 and r.link_id is null and b.wanted_at is not null
        and not exists (select from reconciliations n where n.system = r.system and n.link_id is null and n.state = 'done'
              and n.side in ('figures', 'keys') and n.id > r.id and n.from_hour <= r.from_hour and n.to_hour >= r.to_hour)
      order by b.hour, b.kind, b.region limit $2`,
    [system, limit],
  )
  return rows
}
