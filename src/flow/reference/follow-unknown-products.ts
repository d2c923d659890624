import type { ClientBase } from 'pg'
import { type UnknownProduct, unknownProducts } from '#core/products/unknown.ts'
import { newestRecords } from '#core/reference/newest-records.ts'
import type { LogReader, PageReading } from '#flow/follow/noted-page.ts'
import { readUnknownProducts, type UnknownProductRow, writeUnknownProducts } from '#store/unknown-products.ts'

/** Collects the products that nothing names, for a person to decide; a replay that knows them takes them out again. */
export const unknownProductsReader: LogReader = {
  name: 'unknown-products',
  begin: readUnknown,
}

interface Tally {
  readonly product: UnknownProduct & { readonly system: string }
  readonly moves: { readonly recordId: string; readonly by: 1 | 0 | -1 }[]
  firstSeen: string
  lastSeen: string
}

function readUnknown(): PageReading {
  const tallies = new Map<string, Tally>()
  return {
    note({ change, now, before, receivedAt }) {
      // The first version of a record that is not marked has nothing to add and nothing to take back.
      if (change.version === 1 && !now?.flags.includes('W_PRODUCT_UNKNOWN')) return
      const { recordId, system } = change
      const says = keyed(now === null ? [] : unknownProducts(now), system)
      const said = keyed(before === null ? [] : unknownProducts(before), system)
      for (const [key, product] of says)
        note(tallies, key, product, receivedAt).moves.push({ recordId, by: said.has(key) ? 0 : 1 })
      for (const [key, product] of said)
        if (!says.has(key))
          note(tallies, key, product, before?.receivedAt ?? receivedAt).moves.push({ recordId, by: -1 })
    },
    write: (client) => write(client, tallies),
  }
}

async function write(client: ClientBase, tallies: ReadonlyMap<string, Tally>): Promise<void> {
  if (tallies.size === 0) return
  const known = await readUnknownProducts(
    client,
    [...tallies.values()].map(({ product }) => product),
  )
  const byKey = new Map(known.map((row) => [keyOf(row, row.system), row]))
  await writeUnknownProducts(
    client,
    [...tallies].map(([key, one]) => rowOf(one, byKey.get(key))),
  )
}

const keyOf = ({ name, code, ownCode }: UnknownProduct, system: string): string =>
  JSON.stringify([name, code, ownCode, system])

const keyed = (products: readonly UnknownProduct[], system: string) =>
  new Map(products.map((product) => [keyOf(product, system), { ...product, system }]))

function note(tallies: Map<string, Tally>, key: string, product: Tally['product'], seen: string): Tally {
  let one = tallies.get(key)
  if (!one) {
    one = { product, moves: [], firstSeen: seen, lastSeen: seen }
    tallies.set(key, one)
  }
  if (seen < one.firstSeen) one.firstSeen = seen
  if (seen > one.lastSeen) one.lastSeen = seen
  return one
}

function rowOf(
  { product, moves, firstSeen, lastSeen }: Tally,
  known: UnknownProductRow | undefined,
): UnknownProductRow {
  const newest = newestRecords(known?.newest ?? [])
  let records = known?.records ?? 0
  for (const { recordId, by } of moves) {
    records += by
    if (by < 0) newest.drop(recordId)
    else newest.put(recordId)
  }
  return { ...product, records, firstSeen, lastSeen, newest: newest.list() }
}
