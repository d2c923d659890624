import { AdapterError, type AdapterParts, type SourceCount } from '#adapters/adapter.ts'
import { memberPath } from '#adapters/paging/member.ts'
import { scaleOf } from '#adapters/paging/watermark/scale.ts'
import { draftOf } from './draft.ts'
import type { PullSettings } from './settings/settings.ts'
import { openSource } from './source.ts'

const AT = '/settings/counts'
const HOUR_MS = 3_600_000

/**
 * How many rows each hour has by the word of the source, hour by hour.
 * @throws AdapterError
 */
export async function readCounts(
  parts: AdapterParts<PullSettings>,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<SourceCount[]> {
  const { counts: settings } = parts.settings
  if (settings === undefined) throw new AdapterError('config', 'no address of counts is set', { setting: AT })
  const source = openSource(parts)
  const scale = scaleOf(settings.format, `${AT}/format`)
  const path = memberPath(settings.count, `${AT}/count`)
  const less = settings.end === 'inclusive' ? scale.unit : 0n
  const found: SourceCount[] = []
  for (let hourMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS; hourMs < toMs; hourMs += HOUR_MS) {
    const bounds = {
      [settings.from]: scale.write(BigInt(hourMs)),
      [settings.to]: scale.write(BigInt(hourMs + HOUR_MS) - less),
    }
    const { document } = await source.ask(() => draftOf(settings, AT, bounds), AT)
    const text = document.textAt(path)
    if (text === undefined || !/^\d{1,15}$/.test(text))
      throw new AdapterError('source', `the answer has no number at ${path.path}`, { setting: `${AT}/count` })
    found.push({ hourMs, count: Number(text) })
  }
  return found
}
