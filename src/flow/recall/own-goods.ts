import { type CaseGoods, goodsOf, mayBe } from '#core/cases/goods.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { isAbout, mentionOf } from '#core/lineage/mentions.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { LinkReader } from '#flow/trace/link-groups.ts'
import type { Way } from '#store/lots.ts'
import { readTracedVersions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** Whether a record may tell of the goods that a recall is about; the same as for a case of them. */
export type IsOwn = (record: Pick<TracedRecord, 'kind' | 'body'>) => boolean

/** The goods of codes, as the records about them call them: a voucher that is asked for by its number may be of several. */
export function ownGoods(roots: readonly GraphCode[], records: readonly TracedRecord[]): IsOwn {
  const goods: CaseGoods[] = records
    .filter(({ body }) =>
      roots.some((code) => {
        const mention = mentionOf(body, code)
        return mention !== undefined && isAbout(mention.role)
      }),
    )
    .map(({ kind, body }) => {
      const product = kind === 'transformation' ? (body.output?.product ?? body.product) : body.product
      return goodsOf(product ? { product } : {})
    })
  return ({ kind, body }) => goods.length === 0 || goods.some((one) => mayBe(one, kind, body))
}

/** A reader of links over which only these goods went; in its order, and full where the reader's was. */
export function ownLinks(reader: Reader, read: LinkReader, isOwn: IsOwn): LinkReader {
  const own = new Map<string, boolean>()
  const note = async (links: readonly Link[]): Promise<void> => {
    const unknown = links.filter(({ recordId }) => !own.has(recordId))
    if (unknown.length === 0) return
    const records = await readTracedVersions(reader, unknown)
    for (const { recordId } of unknown) {
      const record = records.get(recordId)
      own.set(recordId, record === undefined || isOwn(record))
    }
  }
  return async (codes, way, after, limit) => {
    const kept: Link[] = []
    for (let from = after; kept.length < limit; ) {
      const page = await read(codes, way, from, limit)
      await note(page)
      const isLast = page.length < limit
      const end = endOf(page.at(-1), way)
      // The last code of a full page may have more links: it is read again from its beginning, but where it is alone.
      const whole = isLast ? page : page.filter((link) => endOf(link, way) !== end)
      const taken = whole.length > 0 ? whole : page
      kept.push(...taken.filter(({ recordId }) => own.get(recordId)))
      if (isLast) break
      from = endOf(taken.at(-1), way)
    }
    return kept.slice(0, limit)
  }
}

const endOf = (link: Link | undefined, way: Way): GraphCode | null =>
  link === undefined ? null : way === 'back' ? link.from : link.to
