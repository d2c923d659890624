import { type CaseGoods, mayBe } from '#core/cases/goods.ts'
import type { StepReader } from '#core/cases/links-once.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { type LinkReader, linkGroups } from '#flow/trace/link-groups.ts'
import { readLinks, readTracedVersions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** Links read at once. */
const LINKS_AT_ONCE = 20_000

/** Links between goods, as they count for those of one kind. */
export interface GoodsLinks {
  /** Gives the links whose records may tell of these goods. */
  readonly of: (goods: CaseGoods) => StepReader
  /** Whether a link that was given is a sale to a consumer. */
  readonly isSale: (link: Link) => boolean
  /** Whether there are more links than were read. */
  readonly isCut: () => boolean
}

/** As much of a record as decides whether its links count. */
interface Teller extends Pick<TracedRecord, 'kind'> {
  readonly body: Pick<TracedRecord['body'], 'product'>
  readonly isRetail: boolean
}

/**
 * Links that are sure enough, told apart by the goods that their records tell of.
 * @param bounds `most`: links that are read in all; `isOver`: whether no more are read from now on; `kept`: links that count beside those that are read
 */
export function goodsLinks(
  reader: Reader,
  bounds: {
    readonly at: string | null
    readonly confidence: number
    readonly most: number
    readonly isOver?: () => boolean
    readonly kept?: readonly Link[]
  },
): GoodsLinks {
  const { at, confidence, most, isOver = () => false, kept = [] } = bounds
  const tellers = new Map<string, Teller | undefined>()
  let count = 0
  let isCut = false
  const note = async (links: readonly Link[]): Promise<void> => {
    const unknown = links.filter(({ recordId }) => !tellers.has(recordId))
    if (unknown.length === 0) return
    const records = await readTracedVersions(reader, unknown)
    for (const { recordId } of unknown) tellers.set(recordId, tellerOf(records.get(recordId)))
  }
  const readPage: LinkReader = async (codes, way, after, limit) => {
    if (isOver() || count >= most) {
      isCut = true
      return []
    }
    const links = await readLinks(reader, codes, { at, confidence, way, after, limit })
    count += links.length
    return links
  }
  const of = (goods: CaseGoods): StepReader => {
    const isOwn = ownBy(tellers, goods)
    return async (codes, way) => {
      const found: Link[] = []
      for await (const groups of linkGroups(readPage, codes, way, LINKS_AT_ONCE)) {
        const links = groups.flatMap((group) => group.links)
        await note(links)
        for (const link of links) if (isOwn(link)) found.push(link)
      }
      const here = kept.filter(({ from, to }) => codes.includes(way === 'back' ? to : from))
      await note(here)
      for (const link of here) if (isOwn(link)) found.push(link)
      return found
    }
  }
  return {
    of,
    isSale: ({ recordId }) => tellers.get(recordId)?.isRetail === true,
    isCut: () => isCut,
  }
}

/** Whether the record of a link may tell of the goods; looked at once for each record. */
function ownBy(tellers: ReadonlyMap<string, Teller | undefined>, goods: CaseGoods): (link: Link) => boolean {
  const own = new Map<string, boolean>()
  return ({ recordId }) => {
    const known = own.get(recordId)
    if (known !== undefined) return known
    const teller = tellers.get(recordId)
    const is = teller !== undefined && mayBe(goods, teller.kind, teller.body)
    own.set(recordId, is)
    return is
  }
}

function tellerOf(record: TracedRecord | undefined): Teller | undefined {
  if (record === undefined) return undefined
  const { kind, body } = record
  const { product, saleKind } = body
  return { kind, body: product ? { product } : {}, isRetail: kind === 'sale' && saleKind === 'retail' }
}
