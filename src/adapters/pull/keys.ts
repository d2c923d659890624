import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import { circleTest } from '#adapters/paging/circle.ts'
import { heldBack } from '#adapters/paging/held.ts'
import { type MemberPath, memberPath } from '#adapters/paging/member.ts'
import { listingOf } from './listing.ts'
import type { PullSettings } from './settings/settings.ts'
import { openSource } from './source.ts'

const AT = '/settings/keys'

type Key = Readonly<Record<string, string>>

/**
 * The keys of all rows that the source has now, page by page. What is not told whole is no list of keys: what is missing in it would be
 * taken for deleted.
 * @throws AdapterError
 */
export async function* readKeys(parts: AdapterParts<PullSettings>): AsyncGenerator<readonly Key[]> {
  const { keys } = parts.settings
  if (keys === undefined) throw new AdapterError('config', 'no list of keys is set', { setting: AT })
  const listing = listingOf(parts, openSource(parts), keys, AT)
  const fields = keys.fields.map((name): [string, MemberPath] => [name, memberPath(name, `${AT}/fields`)])
  const isCircle = circleTest()
  let position = listing.pager.first
  for (;;) {
    const sheet = await listing.ask(position, {})
    const rows = Array.from({ length: sheet.count }, (_, index) => {
      const key: Record<string, string> = {}
      for (const [name, field] of fields) {
        const text = sheet.textOf(index, field)
        if (text === undefined || text === '')
          throw new AdapterError('source', `a row of the list of keys has no ${name}`, {
            setting: `${AT}/fields`,
          })
        key[name] = text
      }
      return key
    })
    if (rows.length > 0) yield rows
    const next = sheet.next()
    if (next.kind === 'end') {
      if (next.held) throw heldBack(`${AT}/paging`)
      return
    }
    position = next.position
    if (isCircle(JSON.stringify(position))) throw new AdapterError('source', 'the pages lead in a circle')
  }
}
