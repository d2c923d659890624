import type { Pool } from 'pg'
import type { About, FindingDraft } from '#core/findings/draft.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { SitePart } from '#core/model/parts.ts'
import { isPersonalSite } from '#core/personal.ts'
import { readOwners } from '#store/peer-versions.ts'

/** What a round judges with. */
export interface Judging {
  readonly pool: Pool
  readonly nowMs: number
  /** `YYYY-MM-DD` in China. */
  readonly on: string
}

/** What was judged, and subjects that are to be judged because of it. */
export interface Judged {
  readonly drafts: readonly FindingDraft[]
  readonly also: readonly string[]
}

export const NOTHING_JUDGED: Judged = { drafts: [], also: [] }

/** Where a record happened, without the texts of its source and without names that may be a person's. */
export function aboutOf({ occurredAt, region, sites, product }: Body): About {
  const place = region && { ...region, writtenAs: undefined }
  return present({
    occurredAt: occurredAt && { at: occurredAt.at, precision: occurredAt.precision },
    region: place && (present(place) as NonNullable<Body['region']>),
    sites: sites?.map(publicSite),
    product:
      product &&
      (present({ ...product, raw: undefined, ids: undefined, specification: undefined }) as Body['product']),
  })
}

const publicSite = ({ role, name, ids, kind }: SitePart): SitePart =>
  present({
    role,
    name: isPersonalSite({ name }) ? undefined : name,
    ids: ids.map(({ scheme, value }) => ({ scheme, value })),
    kind,
  }) as SitePart

/** Without the members that are undefined. */
export const present = <T extends object>(members: T): { [Name in keyof T]: Exclude<T[Name], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never

/** Goods as a sentence names them. */
export const goodsName = ({ product }: Body, goods?: string): string =>
  product?.name ?? goods?.slice(goods.indexOf(':') + 1) ?? product?.class ?? '-'

/** Place as a sentence names it. */
export const siteName = ({ sites = [] }: Body, site?: string): string =>
  sites.find(
    ({ role, name }) =>
      role !== 'stall' && role !== 'farm' && name !== undefined && !isPersonalSite({ name }),
  )?.name ??
  site ??
  '-'

/** Those of the records that this hub owns: what another hub owns is found by that hub. */
export async function ownRecords(pool: Pool, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const owners = await readOwners(pool, [...new Set(ids)])
  return new Set(ids.filter((id) => !owners.has(id)))
}

/** The record that decides which hub finds: the first by its day, then its identifier. */
export const leadOf = (records: readonly TracedRecord[]): TracedRecord | undefined =>
  records.filter(({ status }) => status === 'active').sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))[0]

const orderOf = ({ id, body }: TracedRecord): string => `${body.occurredAt?.at.slice(0, 10) ?? '9999'} ${id}`
