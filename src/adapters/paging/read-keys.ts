import { AdapterError } from '#adapters/adapter.ts'
import { circleTest } from './circle.ts'
import { heldBack } from './held.ts'
import type { Listing } from './listing.ts'
import { type MemberPath, memberPath } from './member.ts'

/** The key of a row: its fields, as the key of the mapping names them. */
export type RowKey = Readonly<Record<string, string>>

/**
 * The keys of all rows of a listing, page by page. What is not told whole is no list of keys: what is missing in it would be taken for
 * deleted.
 * @param at pointer of the listing in the settings
 * @throws AdapterError
 */
export async function* keysOf(
  listing: Listing,
  names: readonly string[],
  at: string,
): AsyncGenerator<readonly RowKey[]> {
  const fields = names.map((name): [string, MemberPath] => [name, memberPath(name, `${at}/fields`)])
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
            setting: `${at}/fields`,
          })
        key[name] = text
      }
      return key
    })
    if (rows.length > 0) yield rows
    const next = sheet.next()
    if (next.kind === 'end') {
      if (next.held) throw heldBack(`${at}/paging`)
      return
    }
    position = next.position
    if (isCircle(JSON.stringify(position))) throw new AdapterError('source', 'the pages lead in a circle')
  }
}
