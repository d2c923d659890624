import type { ClientBase, Pool, PoolClient } from 'pg'
import { namesAlike } from '#core/cases/goods.ts'
import type { CaseState } from '#core/cases/states.ts'
import { regionPrefix } from './change-filter.ts'
import { GROWING } from './growing-cases.ts'
import { openText, openWords, sealText, sealWords } from './personal/sealed-text.ts'

type Client = ClientBase | Pool

/** A case as it is stored. Times are ISO text in UTC, masses are kilograms as exact decimal text. */
export interface CaseRow {
  readonly id: string
  readonly hub: string
  readonly state: CaseState
  readonly narrow: boolean
  readonly openedBy: 'test' | 'official'
  readonly testId: string | null
  readonly code: string | null
  readonly reason: string | null
  readonly cause: string
  readonly productName: string | null
  readonly productCode: string | null
  readonly productClass: string | null
  readonly region: string | null
  readonly site: string | null
  /** Its code, else its name with the region, as the counters of supervision know it; null where nothing is told of it. */
  readonly market: string | null
  readonly stall: string | null
  readonly occurredAt: string | null
  readonly toldAt: string
  readonly openedAt: string
  readonly stateAt: string
  readonly confirmedAt: string | null
  readonly labToldAt: string | null
  readonly endedAt: string | null
  /** The end of the time for an objection to what was told last. */
  readonly objectionUntil: string | null
  readonly due: string | null
  readonly dueAt: string | null
  readonly heldMass: string
  readonly disposedMass: string
  /** Whether all goods that `heldMass` counts tell their kilograms. */
  readonly weighed: boolean
  readonly wanted: string
  readonly settled: string
  readonly truncated: boolean
  /** Whether its goods may still become more. */
  readonly growing: boolean
}

const COLUMNS = `id, hub, state, narrow, opened_by as "openedBy", test_id as "testId", code, reason, cause, product_name as "productName",
  product_code as "productCode", product_class as "productClass", region, site, market, stall, occurred_at as "occurredAt", told_at as "toldAt",
  opened_at as "openedAt", state_at as "stateAt", confirmed_at as "confirmedAt", lab_told_at as "labToldAt", ended_at as "endedAt", objection_until as "objectionUntil", due, due_at as "dueAt",
  held_mass::text as "heldMass", disposed_mass::text as "disposedMass", weighed, wanted::text as wanted, settled::text as settled, truncated,
  ${GROWING} as growing`

export type NewCase = Pick<
  CaseRow,
  | 'id'
  | 'hub'
  | 'state'
  | 'narrow'
  | 'openedBy'
  | 'testId'
  | 'code'
  | 'reason'
  | 'cause'
  | 'productName'
  | 'productCode'
  | 'productClass'
  | 'region'
  | 'site'
  | 'market'
  | 'stall'
  | 'occurredAt'
  | 'toldAt'
  | 'openedAt'
  | 'confirmedAt'
  | 'labToldAt'
  | 'objectionUntil'
  | 'due'
  | 'dueAt'
> & { readonly whos: readonly string[]; readonly whats: readonly string[] }

/** Texts of a case in which a person may be named: no statement looks into them. */
const wordsPlace = (id: string, column: 'reason' | 'cause' | 'stall'): string => `cases ${id} ${column}`

async function opened(client: Client, rows: readonly CaseRow[]): Promise<CaseRow[]> {
  const cases: CaseRow[] = []
  for (const row of rows)
    cases.push({
      ...row,
      reason: await openWords(client, row.reason, wordsPlace(row.id, 'reason')),
      cause: await openText(client, row.cause, wordsPlace(row.id, 'cause')),
      stall: await openWords(client, row.stall, wordsPlace(row.id, 'stall')),
    })
  return cases
}

/** Opens a case; false where there is one of this identifier already. */
export async function insertCase(client: Client, one: NewCase): Promise<boolean> {
  const reason = sealWords(client, one.reason, wordsPlace(one.id, 'reason'))
  const cause = sealText(client, one.cause, wordsPlace(one.id, 'cause'))
  const stall = sealWords(client, one.stall, wordsPlace(one.id, 'stall'))
  const { rowCount } = await client.query({
    name: 'insert-case',
    text: `insert into cases (id, hub, state, narrow, opened_by, test_id, code, reason, cause, product_name, product_code, product_class, region,
             site, market, stall, occurred_at, told_at, opened_at, state_at, confirmed_at, due, due_at, whos, whats, lab_told_at, objection_until)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19, $20, $21, $22, $23, $24, $25, $26)
           on conflict (id) do nothing`,
    values: [
      ...[one.id, one.hub, one.state, one.narrow, one.openedBy, one.testId, one.code, reason, cause],
      ...[one.productName, one.productCode, one.productClass, one.region, one.site, one.market, stall],
      ...[one.occurredAt, one.toldAt, one.openedAt, one.confirmedAt, one.due, one.dueAt],
      one.whos,
      one.whats,
      one.labToldAt,
      one.objectionUntil,
    ],
  })
  return rowCount === 1
}

/** The open case by which an official stopped this code; until the end of the transaction no other one is opened for it. */
export async function lockOrdered(client: ClientBase, code: string): Promise<string | null> {
  await client.query({
    name: 'lock-ordered-code',
    text: `select pg_advisory_xact_lock(hashtextextended($1, 7205019))`,
    values: [code],
  })
  const { rows } = await client.query<{ id: string }>({
    name: 'read-ordered-case',
    text: `select id from cases where code = $1 and opened_by = 'official' and state not in ('cleared', 'closed') order by opened_at limit 1`,
    values: [code],
  })
  return rows[0]?.id ?? null
}

/** The test that tells of a case: what, where and when the goods were, its cause in words, and when that was told. */
export type ToldGoods = Pick<
  CaseRow,
  | 'testId'
  | 'toldAt'
  | 'cause'
  | 'productName'
  | 'productCode'
  | 'productClass'
  | 'region'
  | 'site'
  | 'market'
  | 'stall'
  | 'occurredAt'
>

/** Tells anew what the goods of a case are; its lots and holds are to be made anew. */
export async function retellCase(client: Client, id: string, told: ToldGoods): Promise<void> {
  await client.query({
    name: 'retell-case',
    text: `update cases set cause = $2, product_name = $3, product_code = $4, product_class = $5, region = $6, site = $7, market = $8, stall = $9,
             occurred_at = $10, test_id = $11, told_at = $12, wanted = wanted + 1 where id = $1`,
    values: [
      ...[id, sealText(client, told.cause, wordsPlace(id, 'cause'))],
      ...[told.productName, told.productCode, told.productClass, told.region, told.site, told.market],
      ...[sealWords(client, told.stall, wordsPlace(id, 'stall')), told.occurredAt, told.testId, told.toldAt],
    ],
  })
}

export async function readCase(client: Client, id: string): Promise<CaseRow | null> {
  const { rows } = await client.query<CaseRow>({
    name: 'read-case',
    text: `select ${COLUMNS} from cases where id = $1`,
    values: [id],
  })
  return (await opened(client, rows))[0] ?? null
}

/** Reads a case and keeps others from changing it until the end of the transaction. */
export async function lockCase(client: PoolClient | ClientBase, id: string): Promise<CaseRow | null> {
  const { rows } = await client.query<CaseRow>({
    name: 'lock-case',
    text: `select ${COLUMNS} from cases where id = $1 for update`,
    values: [id],
  })
  return (await opened(client, rows))[0] ?? null
}

export interface CaseFilter {
  readonly state?: string | undefined
  /** Code of a region: it and what lies in it. */
  readonly region?: string | undefined
  readonly product?: string | undefined
  /** ISO texts: opened from, and before. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Cases, newest first; `after` is the last one of the page before. */
export async function listCases(
  client: Client,
  filter: CaseFilter,
  page: { readonly after?: { readonly openedAt: string; readonly id: string }; readonly limit: number },
): Promise<CaseRow[]> {
  const { rows } = await client.query<CaseRow>({
    name: 'list-cases',
    text: `select ${COLUMNS} from cases
            where ($1::text is null or state = $1)
              and ($2::text is null or region like $2 or exists (select from case_lots l where l.case_id = cases.id and l.region like $2))
              and ($3::text is null or product_name = any($9::text[]) or product_class = $3 or product_code = $3)
              and ($4::timestamptz is null or opened_at >= $4) and ($5::timestamptz is null or opened_at < $5)
              and ($6::timestamptz is null or (opened_at, id) < ($6, $7::uuid))
            order by opened_at desc, id desc limit $8`,
    values: [
      filter.state ?? null,
      filter.region === undefined ? null : `${regionPrefix(filter.region)}%`,
      filter.product ?? null,
      filter.from ?? null,
      filter.to ?? null,
      page.after?.openedAt ?? null,
      page.after?.id ?? null,
      page.limit,
      filter.product === undefined ? [] : namesAlike(filter.product),
    ],
  })
  return await opened(client, rows)
}

/** What an event makes of a case. */
export interface CaseStep {
  readonly objectionUntil: string
  readonly state: CaseState
  readonly narrow: boolean
  readonly toldAt: string
  readonly confirmedAt: string | null
  readonly labToldAt: string | null
  readonly stateAt: string
  readonly endedAt: string | null
  readonly due: string | null
  readonly dueAt: string | null
  readonly disposedMass: string
}

/** Moves a case that this transaction has locked; its lots and holds are to be made anew. */
export async function moveCase(client: ClientBase, id: string, step: CaseStep): Promise<void> {
  await client.query({
    name: 'move-case',
    text: `update cases set state = $2, narrow = $3, confirmed_at = $4, state_at = $5, ended_at = $6, due = $7, due_at = $8, disposed_mass = $9, lab_told_at = $10, told_at = $11, objection_until = $12,
             wanted = wanted + 1 where id = $1`,
    values: [
      ...[id, step.state, step.narrow, step.confirmedAt, step.stateAt, step.endedAt],
      ...[step.due, step.dueAt, step.disposedMass, step.labToldAt, step.toldAt],
      step.objectionUntil,
    ],
  })
}

/** Cases whose lots and holds are to be made anew. */
export async function findUnsettled(client: Client, limit: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: 'find-unsettled-cases',
    text: 'select id from cases where wanted > settled order by id limit $1',
    values: [limit],
  })
  return rows.map(({ id }) => id)
}

/** What settling found of a case that this transaction has locked. */
export async function noteSettled(
  client: ClientBase,
  id: string,
  found: {
    readonly wanted: string
    readonly heldMass: string
    readonly weighed: boolean
    readonly truncated: boolean
    readonly whos: readonly string[]
    readonly whats: readonly string[]
  },
): Promise<void> {
  await client.query({
    name: 'note-settled-case',
    text: `update cases set settled = $2, held_mass = $3, truncated = $4, whos = $5, whats = $6, weighed = $7 where id = $1`,
    values: [id, found.wanted, found.heldMass, found.truncated, found.whos, found.whats, found.weighed],
  })
}
