import type { AdapterParts, SettingCheck } from '#adapters/adapter.ts'
import type { Sheet } from '#adapters/paging/listing.ts'
import type { PagingSettings } from '#adapters/paging/settings/paging.ts'
import { bad, badOf, good } from './words.ts'

/** Whether the answer says of its extent what the settings say it does, and holds no more rows than were asked for. */
export function checkPaging(
  { settings, limits }: AdapterParts<{ readonly paging?: PagingSettings }>,
  sheet: Sheet,
): SettingCheck[] {
  const [way, names] = Object.entries(settings.paging ?? {})[0] ?? []
  if (way === undefined) return []
  const at = `/settings/paging/${way}`
  const checks: SettingCheck[] = []
  try {
    sheet.next()
    checks.push(good(at, '能找到下一页', 'The next page can be found'))
  } catch (error) {
    checks.push(badOf(error, at))
  }
  if (names !== undefined && 'size' in names && sheet.count > limits.pageRows)
    checks.push(
      bad(
        `${at}/size`,
        {
          zh: `要求每页 ${limits.pageRows} 行，来源给出 ${sheet.count} 行`,
          en: `${limits.pageRows} rows were asked for, and ${sheet.count} came`,
        },
        { zh: '核对每页条数的参数名', en: 'Compare the name of the parameter that takes the rows of a page' },
      ),
    )
  return checks
}
