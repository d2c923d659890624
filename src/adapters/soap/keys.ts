import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import { keysOf, type RowKey } from '#adapters/paging/read-keys.ts'
import { soapListing } from './listing.ts'
import { accessOf } from './request/access.ts'
import { callOf } from './request/call.ts'
import type { SoapSettings } from './settings/settings.ts'

const AT = '/settings/keys'

/**
 * The keys of all rows that the source has now, page by page.
 * @throws AdapterError
 */
export async function* readKeys(parts: AdapterParts<SoapSettings>): AsyncGenerator<readonly RowKey[]> {
  const { keys, action: _, ...settings } = parts.settings
  if (keys === undefined) throw new AdapterError('config', 'no list of keys is set', { setting: AT })
  const access = accessOf(parts)
  const { operation, action } = keys
  const called = {
    ...parts,
    settings: { ...settings, operation, ...(action === undefined ? {} : { action }) },
  }
  const listing = soapListing(parts, access, () => callOf(called, access, AT), { settings: keys, at: AT })
  yield* keysOf(listing, keys.fields, AT)
}
