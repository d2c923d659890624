import { type CaseGoods, goodsOf } from '#core/cases/goods.ts'
import { type GraphCode, recordCode } from '#core/lineage/codes.ts'
import { ANY_GOODS, isAmong } from '#core/lineage/goods-path.ts'
import { isAbout, mentionOf } from '#core/lineage/mentions.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'

/**
 * The goods of codes, as the records about them call them: a voucher or batch number may be of several, and each has its own path. A record that tells less of them than another,
 * such as a paper without a product, does not make them any goods.
 */
export function goodsAsked(roots: readonly GraphCode[], records: readonly TracedRecord[]): CaseGoods[] {
  const told = new Map<string, CaseGoods>()
  for (const record of records) {
    if (!roots.some((code) => isOf(record, code))) continue
    const { kind, body } = record
    const product = kind === 'transformation' ? (body.output?.product ?? body.product) : body.product
    const goods = goodsOf(product ? { product } : {})
    told.set(JSON.stringify(goods), goods)
  }
  const all = [...told.values()]
  const most = all.filter((one) => !all.some((other) => other !== one && isAmong(other, one)))
  return most.length > 0 ? most : [ANY_GOODS]
}

function isOf({ id, kind, body }: TracedRecord, code: GraphCode): boolean {
  const mention = mentionOf(body, code)
  return mention === undefined ? recordCode(kind, id, body) === code : isAbout(mention.role)
}
