import type { AdapterParts, SettingCheck } from '#adapters/adapter.ts'
import { badOf, good } from '#adapters/paging/check/words.ts'
import { readCounts } from '#adapters/pull/counts.ts'
import { readKeys } from '#adapters/pull/keys.ts'
import type { PullSettings } from '#adapters/pull/settings/settings.ts'

/** Whether the first page of keys and the count of the last hour can be asked for. A confirmation is not tried: it would change the source. */
export async function checkMore(parts: AdapterParts<PullSettings>): Promise<SettingCheck[]> {
  const { keys, counts } = parts.settings
  const checks: SettingCheck[] = []
  if (keys) checks.push(await tried('/settings/keys', () => firstOf(readKeys(parts)), KEYS_FOUND))
  if (counts) {
    const toMs = parts.clock.now()
    checks.push(
      await tried('/settings/counts', () => readCounts(parts, { fromMs: toMs - 1, toMs }), COUNTS_FOUND),
    )
  }
  return checks
}

const KEYS_FOUND = ['主键清单可读', 'The list of keys can be read'] as const
const COUNTS_FOUND = ['计数可读', 'The counts can be read'] as const

async function tried(
  setting: string,
  work: () => Promise<unknown>,
  [zh, en]: readonly [string, string],
): Promise<SettingCheck> {
  try {
    await work()
    return good(setting, zh, en)
  } catch (error) {
    return badOf(error, setting)
  }
}

async function firstOf<T>(pieces: AsyncGenerator<T>): Promise<void> {
  await pieces.next()
  await pieces.return(undefined)
}
