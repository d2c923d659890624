import type { ClientBase, Pool } from 'pg'
import { type CaseGoods, mayBeNamed } from '#core/cases/goods.ts'
import type { LotRole } from '#core/cases/spread.ts'
import type { Order } from '#core/cases/states.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { openTexts, sealWords } from './personal/sealed-text.ts'
import type { Reader } from './sighted.ts'

type Client = ClientBase | Pool

/** A test of a case, in the version that counted last. What a laboratory passed may be of several cases; a failed test is of one. */
export interface CaseTest {
  readonly recordId: string
  readonly caseId: string
  readonly version: number
  readonly verdict: string
  readonly isLab: boolean
}

const TEST_COLUMNS = `record_id as "recordId", case_id as "caseId", version, verdict, is_lab as "isLab"`

export async function putCaseTest(client: ClientBase, test: CaseTest): Promise<void> {
  await client.query({
    name: 'put-case-test',
    text: `insert into case_tests (record_id, case_id, version, verdict, is_lab) values ($1, $2, $3, $4, $5)
           on conflict (record_id, case_id) do update set version = excluded.version, verdict = excluded.verdict, is_lab = excluded.is_lab`,
    values: [test.recordId, test.caseId, test.version, test.verdict, test.isLab],
  })
}

/** Takes a test from its case. */
export async function dropCaseTest(
  client: ClientBase,
  { recordId, caseId }: Pick<CaseTest, 'recordId' | 'caseId'>,
): Promise<void> {
  await client.query({
    name: 'drop-case-test',
    text: 'delete from case_tests where record_id = $1 and case_id = $2',
    values: [recordId, caseId],
  })
}

/** What belongs to cases of the tests, by record, of the oldest case first. */
export async function findCaseTests(
  client: Client,
  recordIds: readonly string[],
): Promise<Map<string, CaseTest[]>> {
  const { rows } = await client.query<CaseTest>({
    name: 'find-case-tests',
    text: `select ${TEST_COLUMNS} from case_tests where record_id = any($1::text[])
            order by (select opened_at from cases where id = case_id), case_id`,
    values: [recordIds],
  })
  return Map.groupBy(rows, ({ recordId }) => recordId)
}

export async function readCaseTests(client: Client, caseId: string): Promise<CaseTest[]> {
  const { rows } = await client.query<CaseTest>({
    name: 'read-case-tests',
    text: `select ${TEST_COLUMNS} from case_tests where case_id = $1 order by record_id`,
    values: [caseId],
  })
  return rows
}

/**
 * The failed tests of a case that stand, those of laboratories first and alone where they are asked for.
 * @param page so many of them, behind others; all where it is not given
 */
export async function readFailedTests(
  client: Client,
  caseId: string,
  {
    labs = false,
    page,
  }: {
    readonly labs?: boolean
    readonly page?: { readonly after: number; readonly limit: number | null }
  } = {},
): Promise<CaseTest[]> {
  const { rows } = await client.query<CaseTest>({
    name: `read-failed-tests${labs ? '-of-labs' : ''}`,
    text: `select ${TEST_COLUMNS} from case_tests where case_id = $1 and verdict in ('fail', 'suspect') ${labs ? 'and is_lab' : ''}
            order by is_lab desc, record_id offset $2 limit $3`,
    values: [caseId, page?.after ?? 0, page?.limit ?? null],
  })
  return rows
}

/** What laboratories passed of a case. */
export async function readPassedTests(client: Client, caseId: string): Promise<CaseTest[]> {
  const { rows } = await client.query<CaseTest>({
    name: 'read-passed-tests',
    text: `select ${TEST_COLUMNS} from case_tests where case_id = $1 and verdict = 'pass' and is_lab order by record_id`,
    values: [caseId],
  })
  return rows
}

/** The failed tests of a case that stand and of which was told before one of its events. */
export async function readTestsToldBefore(client: Client, caseId: string, no: number): Promise<CaseTest[]> {
  const { rows } = await client.query<CaseTest>({
    name: 'read-tests-told-before',
    text: `select ${TEST_COLUMNS} from case_tests t where case_id = $1 and verdict in ('fail', 'suspect')
              and record_id in (select e.record_id from case_events e where e.case_id = $1 and e.no < $2)
            order by is_lab desc, record_id`,
    values: [caseId, no],
  })
  return rows
}

/**
 * The open cases of the same goods, the oldest first: those that hold any of the codes, or, for a test whose goods are not known, those of the same stall, product and
 * day.
 */
export async function findCasesOfGoods(
  client: Client,
  goods: {
    readonly codes: readonly string[]
    readonly whos: readonly string[]
    readonly whats: readonly string[]
    readonly productName: string | null
  },
): Promise<string[]> {
  const { rows } = await client.query<CaseRowOfGoods>({
    name: 'find-cases-of-goods',
    text: `select c.id, c.product_name as "productName", c.product_class as "productClass" from cases c
            where c.state not in ('cleared', 'closed')
              and (c.id in (select l.case_id from case_lots l where l.code = any($1::text[]) and l.role in ('tested', 'upstream', 'downstream'))
                   or (c.whats && $2::uuid[] and c.whos && $3::uuid[]))
            order by c.opened_at, c.id`,
    values: [goods.codes, goods.whats, goods.whos],
  })
  return rows.filter((row) => mayBeNamed(row, goods.productName)).map(({ id }) => id)
}

type CaseRowOfGoods = Pick<CaseGoods, 'productName' | 'productClass'> & { readonly id: string }

/** A code of the goods of a case. */
export interface CaseLotRow {
  readonly code: string
  readonly kind: 'lot' | 'document'
  readonly role: LotRole
  readonly depth: number
  readonly viaCode: string | null
  readonly viaRecord: string | null
  readonly rule: string | null
  readonly confidence: number | null
  /** A suspect: nothing spreads from it. */
  readonly narrow: boolean
  readonly scheme: string | null
  readonly place: string
  readonly site: string | null
  readonly market: string | null
  readonly stall: string | null
  readonly region: string | null
  readonly productName: string | null
  readonly productClass: string | null
  readonly mass: string | null
  readonly occurredAt: string | null
  readonly holdRecord: string | null
}

/** Codes for which the index is searched at once. */
const CODES_AT_ONCE = 64

/** Notes which systems and regions mention the codes of a case; by it lots are seen (0047-sight-of-cases.sql). */
async function noteSights(client: ClientBase, caseId: string): Promise<void> {
  await client.query({
    name: 'note-case-lot-sights',
    text: `with pieces as (
             select array_agg(c.code) as codes from (
               select code, row_number() over (order by code) as n from case_lots where case_id = $1) c group by (c.n - 1) / ${CODES_AT_ONCE}),
           now as (
             select distinct c.code, v.system, coalesce(v.region, '') as region from pieces
              cross join lateral (select v.codes, v.system, v.region from record_versions v
                                   where v.codes && pieces.codes and v.system <> $2 offset 0) v
              cross join lateral unnest(v.codes) c (code)
              where c.code = any(pieces.codes)),
           gone as (
             delete from case_lot_sights s where s.case_id = $1
                and not exists (select from now n where (n.code, n.system, n.region) = (s.code, s.system, s.region)))
           insert into case_lot_sights (case_id, code, system, region) select $1, code, system, region from now on conflict do nothing`,
    values: [caseId, OWN_SYSTEM],
  })
}

/** Where the stall of a code stands: its keeper may be a person. */
const stallPlace = (caseId: string, code: string): string => `case_lots ${caseId} ${code}`

/** Puts the codes of a case in the place of those that it had. */
export async function replaceCaseLots(
  client: ClientBase,
  caseId: string,
  lots: readonly CaseLotRow[],
): Promise<void> {
  await client.query({
    name: 'delete-case-lots',
    text: 'delete from case_lots where case_id = $1 and code <> all($2::text[])',
    values: [caseId, lots.map(({ code }) => code)],
  })
  if (lots.length === 0) return await noteSights(client, caseId)
  await client.query({
    name: 'put-case-lots',
    text: `insert into case_lots (case_id, code, kind, role, depth, via_code, via_record, rule, confidence, narrow, scheme, place, site, market, stall,
             region, product_name, product_class, mass, occurred_at, hold_record)
           select $1, l.code, l.kind, l.role, l.depth, l."viaCode", l."viaRecord", l.rule, l.confidence, l.narrow, l.scheme, l.place, l.site, l.market, l.stall,
                  l.region, l."productName", l."productClass", l.mass, l."occurredAt", l."holdRecord"
             from jsonb_to_recordset($2::jsonb) l (code text, kind text, role text, depth integer, "viaCode" text, "viaRecord" text, rule text,
               confidence real, narrow boolean, scheme text, place text, site text, market text, stall text, region text, "productName" text, "productClass" text,
               mass numeric, "occurredAt" timestamptz, "holdRecord" text)
           on conflict (case_id, code) do update set kind = excluded.kind, role = excluded.role, depth = excluded.depth, via_code = excluded.via_code,
             via_record = excluded.via_record, rule = excluded.rule, confidence = excluded.confidence, narrow = excluded.narrow, scheme = excluded.scheme, place = excluded.place,
             site = excluded.site, market = excluded.market, stall = excluded.stall, region = excluded.region, product_name = excluded.product_name,
             product_class = excluded.product_class, mass = excluded.mass, occurred_at = excluded.occurred_at, hold_record = excluded.hold_record`,
    values: [
      caseId,
      JSON.stringify(
        lots.map((lot) => ({ ...lot, stall: sealWords(client, lot.stall, stallPlace(caseId, lot.code)) })),
      ),
    ],
  })
  await noteSights(client, caseId)
}

export async function readCaseLots(
  client: Client,
  caseId: string,
): Promise<(CaseLotRow & { readonly held: boolean })[]> {
  const { rows } = await client.query<CaseLotRow & { readonly held: boolean }>({
    name: 'read-case-lots',
    text: `select code, kind, role, depth, via_code as "viaCode", via_record as "viaRecord", rule, confidence, narrow, scheme, place, site, market, stall,
                  region, product_name as "productName", product_class as "productClass", mass::text as mass, occurred_at as "occurredAt",
                  hold_record as "holdRecord", held
             from case_lots where case_id = $1
            order by array_position(array['tested', 'upstream', 'downstream', 'sold', 'origin'], role), depth, code`,
    values: [caseId],
  })
  return await openTexts(client, rows, 'stall', ({ code }) => stallPlace(caseId, code))
}

/** The ways in which the codes may meet others, with the traders and stalls that are the same. */
export async function readMeetings(
  client: Client,
  codes: readonly string[],
): Promise<{ readonly whos: string[]; readonly whats: string[] }> {
  const { rows } = await client.query<{ whos: string[] | null; whats: string[] | null }>({
    name: 'read-case-meetings',
    text: `with points as (select distinct who, what from match_points where code = any($1::text[]) limit $2),
                same as (select who from points
                         union select t.trader from stall_traders t join points p on t.stall = p.who
                         union select t.stall from stall_traders t join points p on t.trader = p.who)
           select (select array_agg(who) from same) as whos, (select array_agg(distinct what) from points) as whats`,
    values: [codes, MEETINGS_MAX],
  })
  return { whos: rows[0]?.whos ?? [], whats: rows[0]?.whats ?? [] }
}
const MEETINGS_MAX = 2000

/** The hold record of a case at a place. */
export interface CaseHold {
  readonly place: string
  readonly recordId: string
  readonly version: number
  readonly holdKind: Order
  readonly since: string
}

export async function readCaseHolds(client: Reader, caseId: string): Promise<CaseHold[]> {
  const { rows } = await client.query<CaseHold>({
    name: 'read-case-holds',
    text: `select place, record_id as "recordId", version, hold_kind as "holdKind", since from case_holds where case_id = $1 order by place`,
    values: [caseId],
  })
  return rows
}

export async function putCaseHolds(
  client: ClientBase,
  caseId: string,
  holds: readonly CaseHold[],
): Promise<void> {
  if (holds.length === 0) return
  await client.query({
    name: 'put-case-holds',
    text: `insert into case_holds (case_id, place, record_id, version, hold_kind, since)
           select $1, h.place, h."recordId", h.version, h."holdKind", h.since
             from jsonb_to_recordset($2::jsonb) h (place text, "recordId" text, version integer, "holdKind" text, since timestamptz)
           on conflict (case_id, place) do update set version = excluded.version, hold_kind = excluded.hold_kind, since = excluded.since`,
    values: [caseId, JSON.stringify(holds)],
  })
}
