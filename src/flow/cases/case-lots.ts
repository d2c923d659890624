import type { PoolClient } from 'pg'
import { type CaseGoods, mayBe } from '#core/cases/goods.ts'
import { type CasePlace, placeOf } from '#core/cases/place.ts'
import { type Reached, SPREAD_CONFIDENCE, type Spread, spread } from '#core/cases/spread.ts'
import { describeNode, tellingRecord } from '#core/lineage/describe-node.ts'
import { isAbout, mentionOf } from '#core/lineage/mentions.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { SitePart } from '#core/model/parts.ts'
import { type LinkReader, linkGroups } from '#flow/trace/link-groups.ts'
import { readLinks, readMentions, readTracedVersions, type Way } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** Links read at once, and links that a case may read in all: lots that went over thousands of counters have tens of thousands of tickets. */
const LINKS_AT_ONCE = 20_000
const LINKS_MAX = 100_000
const RECORDS_PER_CODE = 20

/** A code of the goods of a case with what its records tell of it. */
export interface DescribedLot extends Reached {
  readonly kind: 'lot' | 'document'
  readonly scheme: string | null
  readonly place: CasePlace
  readonly stall: SitePart | null
  readonly productName: string | null
  readonly productClass: string | null
  /** Kilograms. */
  readonly mass: string | null
  /** ISO text. */
  readonly occurredAt: string | null
  /** A laboratory passed it for all for which it failed: the case goes on about other goods, and tests of this lot belong to it. */
  readonly answered?: true
}

/** Whether the lot itself is held: it is neither passed, gone nor behind the dispatch, and it is a lot, or a paper that alone names what a slaughter made. */
export const holdsLot = ({
  role,
  kind,
  via,
  answered,
}: Pick<DescribedLot, 'role' | 'kind' | 'via' | 'answered'>): boolean =>
  !answered &&
  role !== 'sold' &&
  role !== 'origin' &&
  (kind === 'lot' || role === 'tested' || via?.kind === 'transformation')

export interface SpreadLimits {
  /** By `performance.now()`: afterwards no link is read any more. */
  readonly untilMs: number
  /** Whether the process ends: then it throws. */
  readonly isEnding: () => boolean
}

/** The goods that a case of these codes concerns, over links that are sure enough and tell of the same goods. */
export async function spreadOver(
  client: PoolClient,
  tested: readonly string[],
  goods: CaseGoods,
  { untilMs, isEnding }: SpreadLimits,
): Promise<Spread> {
  let isCut = false
  /** Records whose links do not count, and those that are sales to consumers. */
  const others = new Set<string>()
  const retail = new Set<string>()
  const known = new Set<string>()
  const note = async (links: readonly Link[]): Promise<void> => {
    const unknown = links.filter(({ recordId }) => !known.has(recordId))
    if (unknown.length === 0) return
    const records = await readTracedVersions(client, unknown)
    for (const { recordId } of unknown) {
      const record = records.get(recordId)
      if (record === undefined || !mayBe(goods, record.kind, record.body)) others.add(recordId)
      else if (record.kind === 'sale' && record.body.saleKind === 'retail') retail.add(recordId)
      known.add(recordId)
    }
  }
  const bounds = { at: null, confidence: SPREAD_CONFIDENCE }
  let count = 0
  const readPage: LinkReader = async (codes, way, after, limit) => {
    if (isEnding()) throw new Error('the process ends; another makes the case anew')
    if (count >= LINKS_MAX || performance.now() > untilMs) {
      isCut = true
      return []
    }
    const links = await readLinks(client, codes, { ...bounds, way, after, limit })
    count += links.length
    return links
  }
  const read = async (codes: readonly string[], way: Way): Promise<readonly Link[]> => {
    const found: Link[] = []
    for await (const groups of linkGroups(readPage, codes, way, LINKS_AT_ONCE)) {
      const links = groups.flatMap((group) => group.links)
      await note(links)
      for (const link of links) if (!others.has(link.recordId)) found.push(link)
    }
    return found
  }
  const reached = await spread(read, tested, ({ recordId }) => retail.has(recordId))
  return { ...reached, truncated: reached.truncated || isCut }
}

/** What the records of each code tell of it. A code whose records tell of other goods too is described by those of the case. */
export async function describeLots(
  client: Reader,
  reached: readonly Reached[],
  goods: CaseGoods,
): Promise<DescribedLot[]> {
  const { records } = await readMentions(
    client,
    reached.map(({ code }) => code),
    { at: null, perCode: RECORDS_PER_CODE },
  )
  return reached.map((one) => {
    const own = (records.get(one.code) ?? []).filter(({ kind, body }) => mayBe(goods, kind, body))
    const node = describeNode({ code: one.code, depth: one.depth, relation: 'root' }, own, false)
    const teller = tellingRecord(one.code, own)
    const { quantity, product, occurredAt, scheme } = node
    const mass = [quantity, teller?.body.mass].find((told) => told?.unit === 'KGM')?.value ?? null
    return {
      ...one,
      kind: one.code.startsWith('doc:') ? 'document' : 'lot',
      scheme: scheme ?? null,
      place: placeOf(teller?.body ?? {}),
      stall: stallOf(one.code, own),
      productName: product?.name ?? null,
      productClass: product?.class ?? null,
      mass,
      occurredAt: occurredAt?.at ?? null,
    }
  })
}

/** The stall at which the goods are, as any record that is about them tells it. */
function stallOf(code: string, records: readonly TracedRecord[]): SitePart | null {
  for (const { body, status, kind } of records) {
    if (status !== 'active' || kind === 'hold') continue
    const mention = mentionOf(body, code)
    const stall = body.sites?.find(({ role }) => role === 'stall')
    // A test that was matched to the goods does not name them.
    if (stall && (kind === 'test' || (mention && isAbout(mention.role)))) return stall
  }
  return null
}
