import { MAKERS, type PaperBeginning } from '#core/documents/paper-beginning.ts'
import { DOUBTED } from './bought-beyond.ts'
import { BEYOND, type Beyond, type MentionRow, mentions, overlay } from './document-mentions.ts'
import { lotsOf } from './lots-of-uses.ts'
import type { Reader } from './sighted.ts'
import { BEGUN, hasCode, TRADERS, WHO } from './traders-apart.ts'
import type { UsageRow, UsedGoods } from './usage-row.ts'

/** A paper whose use is asked for; days are `YYYY-MM-DD`. */
export interface UseQuestion {
  readonly n: number
  readonly code: string
  /** Types by which records may name it; null: all. */
  readonly types: readonly string[] | null
  /** Types by which uses may name it from a day on besides. */
  readonly former: { readonly types: readonly string[]; readonly since: string } | null
  readonly on: string
  /** Where it is asked soon after the beginning of that day: a load that came in since then, on the day before, may be the one that is asked about. */
  readonly justBefore?: string | null
  /** Day of issue; null where it is not known, or does not matter. */
  readonly issued: string | null
  /** Last valid day. */
  readonly until: string | null
  /** Digits of the province that it is valid in; null: anywhere; empty: of each use that which its goods came from, for nobody says where it was issued. */
  readonly inside: string | null
  readonly plate: string | null
  /** Null where no record of the paper itself is known. */
  readonly beginning: PaperBeginning | null
  /** What is sold at its beginning left under it, and is no use as all others are. */
  readonly isSoldAsSent: boolean
}

/**
 * The uses of each paper, and which of them came straight under it. Bought on: the record names the voucher of the purchase; or who gave
 * the goods had taken them in, or had sold them to the same taker, under the same paper; or the lot that they came from was taken in or sold under the same paper. What a place sells of a lot that it took in
 * itself, and what several systems tell of one place, is the same goods, of which the greatest figure counts (`usageOf`). An entry of which nobody says who
 * gave the goods was bought on where a sale names its taker, and is unsure where other sales name the paper; a place that is known by its
 * name is one in its province here, because two systems may know more and less of its region. Who had goods from somebody under the paper sells of these, and by his sales nothing more came in.
 * An arrival of goods at who had sold them to their giver is a refund of that sale, unless one is told.
 *
 * Where the beginning of the paper is asked for, what is sold there left under it, as a dispatch does: at the place where its goods were made, at a slaughterhouse or farm where no such place is told,
 * or by its issuer at no place; unless goods came in under it there, or somebody else gave them to the seller. Goods that go back are no sale by which anybody could have bought any.
 * Whose voucher of purchase is that of such a sale had the goods straight under the paper, and where none of its buyers tells that they came, those tell it who bought on.
 */
const CHOSEN = (active: string): string => `
  asked as materialized (
    select * from jsonb_to_recordset($1::jsonb) as a(n integer, code text, types text[], former jsonb, "on" date, "justBefore" timestamptz, issued date, until date, inside text,
      plate text, beginning jsonb, "isSoldAsSent" boolean)),
  ${BEYOND},
  met as materialized (
    select a.n, a.on, a.issued, a.until, a.inside, a.plate, a.beginning, a."isSoldAsSent", regexp_replace(m.site, '@([0-9]{2})[0-9]{4}$', '@\\1') as place, m.*
      from asked a cross join lateral (${mentions(
        `m.code = a.code and m.role = 'upstream' and m.kind in ('sale', 'entry', 'dispatch')${active}
           and (a.types is null or m.type = any(a.types) or a.former->'types' ? m.type and m.used_on >= (a.former->>'since')::date)`,
      )}) m),
  ${TRADERS},
  ${BEGUN},
  heard as materialized (
    select m.n, "on", issued, until, inside, plate, b.beginning, "isSoldAsSent", place, record_id, version, kind, system, status, type, site, site_name, site_role, from_province, to_province,
           used_on, mass, count, count_unit, product_class, product_code, vehicle, beside, bought_on, who_gave as giver, who_took as taker, coalesce(mass < 0 or count < 0, false) as is_back,
           kind = 'entry' and coalesce(case when (b.beginning->'isVoucher')::boolean
             then b.beginning->'givers' ? who_took and (not (b.beginning->'isToNamesake')::boolean or ${hasCode('m.taker')} or is_there)
             else who_gave is not null and not b.beginning->'givers' ? who_gave and is_there end, false) as is_home
      from (${WHO} offset 0) m join begun b on b.n = m.n cross join lateral (
        select b.beginning->'places' ? place or b.beginning->'names' ? site_name as is_there offset 0) t),
  traded as materialized (
    select n, giver, taker, bool_or(is_back) as refunded from heard where kind = 'sale' and status = 'active' and giver <> taker group by n, giver, taker having not bool_and(is_back)),
  told as materialized (
    select h.n, "on", issued, until, inside, plate, beginning, "isSoldAsSent", place, record_id, version, system, status, type, site, site_name, site_role, from_province, to_province, used_on, count_unit,
           product_class, product_code, vehicle, beside, is_home, is_back or is_home or t.n is not null as is_back, bought_on and t.n is null as bought_on,
           case when t.n is null then kind else 'sale' end as kind, case when t.n is null then h.giver else t.giver end as giver, case when t.n is null then h.taker else t.taker end as taker,
           case when t.n is not null and refunded then 0 when t.n is not null or is_home then -mass else mass end as mass,
           case when t.n is not null and refunded then 0 when t.n is not null or is_home then -count else count end as count
      from heard h left join traded t on h.kind = 'entry' and t.n = h.n and t.taker = h.giver and t.giver = h.taker),
  came as materialized (select distinct n, place from told where status = 'active' and kind = 'entry' and site <> system),
  given as materialized (select distinct n, taker from told where status = 'active' and kind in ('entry', 'sale') and not is_back and giver <> taker),
  said as materialized (
    select t.*, kind = 'dispatch' or is_home or kind = 'sale' and coalesce(case
             when not "isSoldAsSent" then false
             when (beginning->'isVoucher')::boolean then beginning->'givers' ? giver
             when (n, place) in (select n, place from came) or (n, giver) in (select n, taker from given) then false
             else beginning->'places' ? place or beginning->'names' ? site_name
               or site = system and beginning->'givers' ? giver
               or jsonb_array_length(beginning->'places') = 0 and site_role in (${MAKERS.map((role) => `'${role}'`).join(', ')})
           end, false) as sent
      from told t),
  alive as not materialized (select * from said where status = 'active'),
  sales as not materialized (select * from alive where kind = 'sale' and not sent and not is_back),
  firsts as materialized (select distinct n, giver, taker from alive where kind = 'sale' and sent and not is_back),
  sellers as materialized (select distinct n from sales),
  pairs as materialized (select distinct n, giver, taker from sales where giver is not null and taker is not null),
  bought as materialized (select distinct n, taker from sales where taker is not null and taker is distinct from giver),
  entered as materialized (select distinct n, taker from alive where kind = 'entry' and not sent and taker is not null and taker is distinct from giver),
  carried as materialized (select a.n, e.record_id, e.version, e.to_code as lot from asked a join lot_edges e on e.from_code = a.code),
  had as materialized (${lotsOf('place', 'alive where not sent', 'carried')}),
  parted as materialized (
    select l.n, e.record_id, e.version, e.from_code as lot from (select distinct n, lot from had) l join lot_edges e on e.to_code = l.lot
     where ((l.n, e.from_code) in (select n, lot from had)) is true),
  onward as materialized (
    select n, record_id from (${lotsOf('place, kind', 'alive', 'parted')}) o
     where kind = 'entry' or kind = 'sale' and ((n, lot, place) in (select n, lot, place from had)) is not true),
  judged as materialized (
    select s.*, (not s.bought_on or s.kind = 'entry' and ((s.n, s.giver) in (select n, giver from firsts) or (s.n, s.taker) in (select n, taker from firsts)
               or not (s.beginning->'isVoucher')::boolean and s.beginning->'givers' ? s.giver)
             or s.kind = 'sale' and (s.n, s.giver) in (select n, taker from firsts)) is true as own,
           s.status = 'active' and not (not s.sent and (((s.n, s.record_id) in (select n, record_id from onward)) is true or b.n is not null)
             or s.kind = 'entry' and not s.sent and (e.n is not null or p.n is not null or s.giver is null and t.n is not null)) as direct,
           s.kind = 'entry' and not s.sent and s.giver is null and l.n is not null as unnamed,
           (s.kind = 'entry' and not s.sent and s.status = 'active' and (p.n is not null or s.giver is null and t.n is not null)) is true as taken
      from said s
      left join sellers l on l.n = s.n
      left join bought t on t.n = s.n and t.taker = s.taker
      left join pairs p on p.n = s.n and p.giver = s.giver and p.taker = s.taker
      left join bought b on b.n = s.n and b.taker = s.giver
      left join entered e on e.n = s.n and e.taker = s.giver),
  unmet as materialized (select n from firsts except select n from judged where direct and own and not sent),
  brought as materialized (
    select distinct n, taker from judged where kind = 'entry' and status = 'active' and taker is distinct from giver and not (direct and own)),
  chosen as (
    select *, straight and unnamed as unsure from (
    select *, direct and (own or n in (select n from unmet)) and (kind = 'sale' and not sent and (n, giver) in (select n, taker from brought)) is not true as straight from judged) c)`

/** What may be wrong with a use by itself. */
const IS = {
  expired: `used_on > until`,
  beforeIssue: `used_on < issued`,
  outside: `inside is not null and to_province <> coalesce(nullif(inside, ''), from_province)`,
  otherPlate: `vehicle <> plate`,
}

/** Holders of the goods of one paper that are told apart. */
const HOLDERS_MAX = 500

const HOLDER = `case kind when 'entry' then taker when 'sale' then giver end`

/** Uses of the day that is asked for; and those just before it, of which the log tells the time. */
const ON_DAY = `used_on = "on"`
const NEAR_DAY = `(${ON_DAY} or (n, record_id) in (select n, record_id from just_before))`
const JUST_BEFORE = `
  just_before as materialized (
    select n, record_id from counted c
     where n in (select n from asked where "justBefore" is not null) and used_on = "on" - 1 and exists (
       select from record_versions v where v.record_id = c.record_id and v.version = c.version and v.occurred_at >= (select "justBefore" from asked a where a.n = c.n))),`

const usageText = (
  isOfDay: string,
  more = '',
): string => `with ${CHOSEN(` and m.status = 'active'`)},${DOUBTED},${more}
  apart as materialized (
    select n from counted where counts group by n having count(distinct system) > 1 and count(distinct ${HOLDER}) <= ${HOLDERS_MAX})
  select u.*, coalesce(v.region, '') as region from (
    select n, kind, system, site, type, holder, max(site_name) as "siteName", count_unit as unit, product_class as "productClass", product_code as "productCode", beside, count(*)::integer as records,
           unsure as "isUnsure", sent as "isSent", bought, late as "isLate", count(*) filter (where counts)::integer as "firstHand", sum(mass) filter (where counts) as mass,
           sum(count) filter (where counts) as count, sum(mass) filter (where kind = 'sale' and not sent) as "soldMass", sum(count) filter (where kind = 'sale' and not sent) as "soldCount",
           coalesce(bool_or(kind = 'sale' and not sent and mass is null), false) as "soldUnweighed",
           sum(mass) filter (where kind = 'sale' and not sent and taker is null) as "namelessMass", sum(count) filter (where kind = 'sale' and not sent and taker is null) as "namelessCount",
           sum(mass) filter (where taken) as "takenMass", sum(count) filter (where taken) as "takenCount",
           sum(mass) filter (where counts and ${isOfDay}) as "dayMass", sum(count) filter (where counts and ${isOfDay}) as "dayCount",
           coalesce(bool_or(counts and (mass < 0 or count < 0)), false) as "cameBack",
           coalesce(bool_or(counts and mass is null and count < 0), false) as "cameBackUnweighed",
           min(used_on) filter (where counts) as "firstOn", max(used_on) filter (where counts) as "lastOn",
           ${Object.entries(IS)
             .map(([name, is]) => `count(*) filter (where ${is})::integer as "${name}"`)
             .join(', ')}, min(record_id) as one
      from (select *, case when n in (select n from apart) then ${HOLDER} end as holder from counted) c
     group by n, kind, system, site, type, holder, unsure, bought, late, sent, count_unit, product_class, product_code, beside) u
    left join lateral (
      select v.region from record_versions v where v.record_id = u.one and u."siteName" <> u.site order by v.version desc limit 1) v on true`

const USAGE = { name: 'papers-usage', text: usageText(ON_DAY) }
/** Only after midnight are times looked up. */
const USAGE_AFTER_MIDNIGHT = { name: 'papers-usage-after-midnight', text: usageText(NEAR_DAY, JUST_BEFORE) }

/** What was used of each paper: a row for each place, kind of record, system, type of paper, holder where several systems tell of it, unit, goods and papers beside it. Void records do not count. */
export async function readUsage(
  reader: Reader,
  questions: readonly UseQuestion[],
  beyond: Beyond,
  rows: readonly MentionRow[],
): Promise<UsageRow[]> {
  const { rows: usage } = await reader.query<UsageRow>({
    ...(questions.some(({ justBefore = null }) => justBefore !== null) ? USAGE_AFTER_MIDNIGHT : USAGE),
    values: [JSON.stringify(questions), ...overlay(beyond, rows)],
  })
  return usage
}

/** One use of a paper, in the order of days. */
export interface UseRow {
  readonly recordId: string
  readonly version: number
  readonly kind: string
  readonly system: string
  readonly site: string
  readonly day: string
  /** Whether it came straight under the paper, or may have (`isUnsure` of the rows of its place). */
  readonly isFirst: boolean
}

const USES = `with ${CHOSEN('')},${DOUBTED}
  select record_id as "recordId", version, kind, system, site, counts and not is_home as "isFirst", day from (
    select *, coalesce(used_on::text, '9999-12-31') as day from counted) c
   where $5::text is null or (day, record_id) > ($5, $6)
   order by day, record_id limit $7`

/** The records that used a paper, void ones too, after a place in their order. */
export async function listUses(
  reader: Reader,
  question: UseQuestion,
  beyond: Beyond,
  rows: readonly MentionRow[],
  page: { readonly after: { readonly day: string; readonly record: string } | null; readonly limit: number },
): Promise<UseRow[]> {
  const { rows: uses } = await reader.query<UseRow>(USES, [
    JSON.stringify([question]),
    ...overlay(beyond, rows),
    page.after?.day ?? null,
    page.after?.record ?? null,
    page.limit,
  ])
  return uses
}

/** Uses that a finding is about: all of them, or those that something is wrong with. */
export type UsesAbout = 'all' | 'otherGoods' | keyof typeof IS

const IS_OF_OTHER = `exists (select from jsonb_to_recordset($7::jsonb) o("productClass" text, "productCode" text)
                where o."productClass" is not distinct from product_class and o."productCode" is not distinct from product_code)`

const USES_ABOUT = `with ${CHOSEN(` and m.status = 'active'`)}
  select about, record_id as "recordId" from (
    select about, record_id, used_on, row_number() over (partition by about order by used_on, record_id) as forth,
           row_number() over (partition by about order by used_on desc nulls first, record_id desc) as back
      from said cross join lateral unnest(array['all', ${Object.entries({ ...IS, otherGoods: IS_OF_OTHER })
        .map(([name, is]) => `case when ${is} then '${name}' end`)
        .join(', ')}]) about
     where about = any($5::text[])) u
   where forth = 1 or back < $6 order by about, forth`

/** The records that used a paper in these ways: of each the first and the newest, at most `most` in the order of days. Void ones are none. */
export async function readUsesAbout(
  reader: Reader,
  question: UseQuestion,
  beyond: Beyond,
  rows: readonly MentionRow[],
  {
    abouts,
    most,
    otherGoods,
  }: {
    readonly abouts: readonly UsesAbout[]
    readonly most: number
    /** Goods of uses that are `otherGoods`. */
    readonly otherGoods: readonly UsedGoods[]
  },
): Promise<{ readonly about: UsesAbout; readonly recordId: string }[]> {
  const { rows: uses } = await reader.query<{ about: UsesAbout; recordId: string }>(USES_ABOUT, [
    JSON.stringify([question]),
    ...overlay(beyond, rows),
    abouts,
    most,
    JSON.stringify(
      abouts.includes('otherGoods')
        ? otherGoods.map(({ productClass, productCode }) => ({ productClass, productCode }))
        : [],
    ),
  ])
  return uses
}
