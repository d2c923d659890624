import { addressCodes } from '#core/lineage/other-codes.ts'
import { readNamed } from '#store/mentioned.ts'
import type { Reader } from '#store/sighted.ts'

/**
 * The texts by which papers are asked for, with the number of the paper in the place of an address that a paper bears in its QR code. One that several
 * papers bear is that of a site, and stays as it is.
 */
export async function numbersOf(reader: Reader, written: readonly string[]): Promise<string[]> {
  const codes = written.map((text) => addressCodes(text)[0])
  const asked = [...new Set(codes.flatMap((code) => code ?? []))]
  const named = Map.groupBy(await readNamed(reader, asked, null), ({ code }) => code)
  return written.map((text, n) => {
    const records = named.get(codes[n] ?? '') ?? []
    const numbers = new Set(
      records.flatMap(({ record: { body } }) =>
        (body.documents ?? []).flatMap(({ role, number }) => (role === 'self' ? [number] : [])),
      ),
    )
    const [number] = numbers
    return number !== undefined && numbers.size === 1 ? number : text
  })
}
