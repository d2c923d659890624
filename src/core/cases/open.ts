import { STORED } from '#core/balance/site-balance.ts'
import { DAY_MS } from '#core/calendar.ts'
import { epochOf } from '#core/dates/when.ts'
import type { Body } from '#core/model/body.ts'
import { isFalsePositiveProne } from '#core/products/names.ts'
import { readProductName } from '#core/products/read-product-name.ts'
import { goodsOf } from './goods.ts'
import type { RecordEvent } from './states.ts'

/**
 * The enzyme method (酶抑制法; GB/T 5009.199, NY/T 448) by its name. Where a screening names no method, it is this one where its result is a per cent or
 * its item is what the method covers, organophosphates and carbamates.
 */
const ENZYME = /酶抑制|enzyme|5009\.199|NY\/?T\s*448/i
const ENZYME_ITEM = /有机磷|氨基甲酸酯|农残|农药残留|抑制率/

/** Whether the result came by the enzyme method. */
export function isEnzyme({ test }: Pick<Body, 'test'>): boolean {
  if (!test) return false
  if (test.method) return ENZYME.test(test.method)
  return test.screening !== false && (ENZYME_ITEM.test(test.item) || test.unit === '%')
}

/** Whether the juice of the product disturbs the enzyme, so that harmless goods fail (the products and their source: products/names.ts). */
export function isProne({ product }: Pick<Body, 'product'>): boolean {
  const name = product?.name
  return name !== undefined && isFalsePositiveProne(readProductName(name)?.standard ?? name)
}

/** Only who says that it is no screening is a laboratory: most instruments say nothing of it. */
export const isLaboratoryTest = ({ test }: Pick<Body, 'test'>): boolean => test?.screening === false

/**
 * What a test says to a case, or null where it says nothing to it. A failed rapid test by the enzyme method of a product that disturbs
 * it is a doubt, as is a result that the instrument itself doubts.
 */
export function saysOf(body: Body): Exclude<RecordEvent, 'withdrawn'> | null {
  const verdict = body.test?.verdict
  if (isLaboratoryTest(body))
    return verdict === 'fail' ? 'lab_failed' : verdict === 'pass' ? 'lab_passed' : null
  if (verdict === 'suspect') return 'doubted'
  if (verdict !== 'fail') return null
  return isEnzyme(body) && isProne(body) ? 'doubted' : 'failed'
}

/** State in which a case begins. */
export const openingState = (says: RecordEvent): 'suspect' | 'held' | 'confirmed' | null =>
  says === 'doubted' ? 'suspect' : says === 'failed' ? 'held' : says === 'lab_failed' ? 'confirmed' : null

/**
 * How old a failed test may be that opens a case, in days. Fresh goods are sold within a week. A laboratory takes weeks, other goods are stored for months,
 * and those who sell keep records of them for six months (食品安全法 §65). What is older is found, and stopped where an official says so.
 */
export const OPENING_DAYS = { fresh: 7, others: 183 } as const

/** Whether a test tells of goods that may still be for sale. */
export function isOfToday(body: Body, nowMs: number): boolean {
  const { occurredAt } = body
  if (!occurredAt) return true
  const days =
    OPENING_DAYS[isLaboratoryTest(body) || STORED.has(goodsOf(body).productClass ?? '') ? 'others' : 'fresh']
  return nowMs - epochOf(occurredAt) <= days * DAY_MS
}
