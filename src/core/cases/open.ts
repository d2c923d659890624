import { epochOf } from '#core/dates/when.ts'
import type { Body } from '#core/model/body.ts'
import { isFalsePositiveProne } from '#core/products/names.ts'
import { readProductName } from '#core/products/read-product-name.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
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
 * Whether a failed test may open a case: where history is being brought in, only what was tested from a day on (`YYYY-MM-DD` in China) does. Nothing is left
 * out otherwise, however old it says it is: the clock of an instrument may be wrong, and its goods lie on a stall.
 */
export const isOpening = ({ occurredAt }: Body, from: string | undefined): boolean =>
  from === undefined || occurredAt === undefined || beijingDay(epochOf(occurredAt)) >= from
