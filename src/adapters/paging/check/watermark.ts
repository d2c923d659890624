import type { AdapterParts, SettingCheck } from '#adapters/adapter.ts'
import type { Listing, Sheet } from '#adapters/paging/listing.ts'
import { checkOrder, greatest, valuesOf } from '#adapters/paging/watermark/values.ts'
import type { Watermark } from '#adapters/paging/watermark/watermark.ts'
import { bad, badOf, good } from './words.ts'

const AT = '/settings/watermark'

/** Whether rows have the field, come in its order, and begin where the source is asked to begin. */
export async function checkWatermark(
  { clock }: Pick<AdapterParts, 'clock'>,
  listing: Listing,
  watermark: Watermark,
  sheet: Sheet,
): Promise<SettingCheck[]> {
  // No row, nothing to be found out.
  if (sheet.count === 0) return []
  const checks: SettingCheck[] = []
  try {
    const values = valuesOf(sheet, watermark)
    checks.push(good(`${AT}/field`, '字段存在且可读', 'The field is there and can be read'))
    checkOrder(values, watermark, watermark.start, null)
    checks.push(good(`${AT}/order`, '顺序相符', 'The rows come in this order'))
    const last = greatest(values)
    const { start } = watermark
    // Asked from the same value again the source would answer the same.
    if (last === null || (start !== null && watermark.floor(start) === watermark.floor(last))) return checks
    const bounds = watermark.between(last, watermark.upper(clock.now()))
    const rest = await listing.ask(listing.pager.first, bounds)
    const restValues = valuesOf(rest, watermark)
    checkOrder(restValues, watermark, last, null)
    checks.push(good(`${AT}/parameter`, '参数生效', 'The source heeds the parameter'))
    if (!restValues.includes(last) && rest.count < sheet.count) checks.push(excluded())
  } catch (error) {
    checks.push(badOf(error, AT))
  }
  return checks
}

const excluded = (): SettingCheck =>
  bad(
    `${AT}/bound`,
    { zh: '等于起始值的行没有给出', en: 'A row with the very value that was asked for is not given' },
    { zh: '将下限设为 exclusive', en: 'Set the bound to exclusive' },
  )
