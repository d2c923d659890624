import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import { keysOf, type RowKey } from '#adapters/paging/read-keys.ts'
import { listingOf } from './listing.ts'
import type { PullSettings } from './settings/settings.ts'
import { openSource } from './source.ts'

const AT = '/settings/keys'

/**
 * The keys of all rows that the source has now, page by page.
 * @throws AdapterError
 */
export async function* readKeys(parts: AdapterParts<PullSettings>): AsyncGenerator<readonly RowKey[]> {
  const { keys } = parts.settings
  if (keys === undefined) throw new AdapterError('config', 'no list of keys is set', { setting: AT })
  yield* keysOf(listingOf(parts, openSource(parts), keys, AT), keys.fields, AT)
}
