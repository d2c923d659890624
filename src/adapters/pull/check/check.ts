import type { AdapterParts, SettingCheck } from '#adapters/adapter.ts'
import { checkPaging } from '#adapters/paging/check/paging.ts'
import { checkWatermark } from '#adapters/paging/check/watermark.ts'
import { badOf, good } from '#adapters/paging/check/words.ts'
import type { Listing, Sheet } from '#adapters/paging/listing.ts'
import { successTest } from '#adapters/paging/success.ts'
import { scaleOf } from '#adapters/paging/watermark/scale.ts'
import { type Watermark, watermarkOf } from '#adapters/paging/watermark/watermark.ts'
import { accessOf } from '#adapters/pull/access/access.ts'
import { draftOf } from '#adapters/pull/draft.ts'
import { listingOf } from '#adapters/pull/listing.ts'
import type { PullSettings } from '#adapters/pull/settings/settings.ts'
import { openSource } from '#adapters/pull/source.ts'
import { counted } from '#core/in-number.ts'
import { checkMore } from './more.ts'

type Parts = AdapterParts<PullSettings>

/** Tries the settings on the first page, and keeps nothing of it. */
export async function checkPull(parts: Parts): Promise<SettingCheck[]> {
  const wrong = offline(parts)
  if (wrong.length > 0) return wrong
  const listing = listingOf(parts, openSource(parts), parts.settings, '/settings')
  const { watermark: settings } = parts.settings
  return await online(parts, listing, settings ? watermarkOf(settings) : null)
}

/** What is wrong without asking anybody, all of it. */
function offline(parts: Parts): SettingCheck[] {
  const { settings } = parts
  const pieces: (() => unknown)[] = [
    () => accessOf(parts),
    () => successTest(settings.success),
    () => settings.watermark && watermarkOf(settings.watermark),
    () => draftOf(settings, '/settings', namesOnly(settings)),
    () => listingOf(parts, SILENT, settings, '/settings'),
    () => settings.keys && listingOf(parts, SILENT, settings.keys, '/settings/keys'),
    () => settings.counts && scaleOf(settings.counts.format, '/settings/counts/format'),
    () => settings.confirm && draftOf(settings.confirm, '/settings/confirm', {}),
  ]
  return pieces.flatMap((piece) => {
    try {
      piece()
      return []
    } catch (error) {
      return [badOf(error, '/settings')]
    }
  })
}

/** Parameters by name alone: the path may name them. */
function namesOnly({ paging, watermark }: PullSettings): Record<string, string> {
  const ways = Object.values(paging ?? {}) as { readonly parameter?: string; readonly size?: string }[]
  const names = [
    ...ways.flatMap(({ parameter, size }) => [parameter, size]),
    watermark?.parameter,
    watermark?.until,
  ]
  return Object.fromEntries(names.flatMap((one) => (one === undefined ? [] : [[one, '1']])))
}

const SILENT = {
  access: { setting: '/settings/auth', apply: async () => {}, renew: () => false },
  ask: () => Promise.reject(new Error('asked nobody')),
  send: () => Promise.reject(new Error('asked nobody')),
}

async function online(parts: Parts, listing: Listing, watermark: Watermark | null): Promise<SettingCheck[]> {
  const upper = watermark?.upper(parts.clock.now()) ?? null
  const bounds = watermark?.between(watermark.start, upper) ?? {}
  let sheet: Sheet
  try {
    sheet = await listing.ask(listing.pager.first, bounds)
  } catch (error) {
    return failedAt(parts.settings, listing, error)
  }
  return [
    ...before(parts.settings, listing, null),
    good('/settings/rows', `找到 ${sheet.count} 行`, `${counted(sheet.count, 'row')} found`),
    ...checkPaging(parts, sheet),
    ...(watermark === null ? [] : await checkWatermark(parts, listing, watermark, sheet)),
    ...(await checkMore(parts)),
  ]
}

/** What is fine although the first page could not be read, and what is not. */
function failedAt(settings: PullSettings, listing: Listing, error: unknown): SettingCheck[] {
  const wrong = badOf(error, '/settings/url')
  // Who is sent away was reached, and who gets another answer than JSON was let in as far as one can tell.
  return [...before(settings, listing, wrong.setting), wrong]
}

function before(settings: PullSettings, { accessSetting }: Listing, wrong: string | null): SettingCheck[] {
  const found: SettingCheck[] = [good('/settings/url', '地址有应答', 'The address answers')]
  if (settings.auth) found.push(good(accessSetting, '认证通过', 'Access was granted'))
  if (settings.success)
    found.push(good('/settings/success/path', '应答表示成功', 'The answer says that it is a success'))
  const at = found.findIndex(({ setting }) => setting === wrong)
  return at < 0 ? found : found.slice(0, at)
}
