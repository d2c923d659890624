import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codesOf } from '#core/lineage/codes.ts'
import type { CaseResult } from '#core/mapping/check/run-tests.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { type Words, words } from '#core/mapping/words.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import type { Alias } from '#core/model/values.ts'
import { codeText } from '#core/reference/describe.ts'
import { loadRelated, type RelatedSources } from '#flow/delivery/related.ts'

/**
 * Writes the records of each test of a backward mapping (`in`, canonical records as JSON) and compares the one message that comes out with the
 * file that the receiver must get (`out`), byte for byte. What the records refer to is looked for among them.
 */
export async function testOutbound(mapping: CompiledMapping, folder: string): Promise<CaseResult[]> {
  const { write } = mapping
  if (!write) return []
  return await Promise.all(
    mapping.tests.map(async (test) => {
      const records = JSON.parse(await readFile(join(folder, test.in), 'utf8')) as CanonicalRecord[]
      const related = await loadRelated(among(records), mapping.related ?? [], records)
      const [message, ...more] = write(records, { related })
      if (!message || more.length > 0)
        return { name: test.out, failures: [notOne(message ? more.length + 1 : 0)] }
      const wanted = await readFile(join(folder, test.out))
      const found = Buffer.from(message.bytes ?? message.text)
      return { name: test.out, failures: wanted.equals(found) ? [] : [difference(wanted, found)] }
    }),
  )
}

/** What the store would find, from the records themselves. */
const among = (records: readonly CanonicalRecord[]): RelatedSources => ({
  partiesByCodes: async (codes) =>
    new Map(codes.map((code) => [code, records.flatMap((record) => aliasesWith(record, code))])),
  recordsByCodes: async (kind, codes) =>
    new Map(
      codes.map((code) => [
        code,
        records.filter((record) => record.kind === kind && codesOf(record).includes(code)),
      ]),
    ),
})

const aliasesWith = ({ kind, ids = [] }: CanonicalRecord, code: string): readonly Alias[] =>
  kind === 'party' && ids.some((id) => codeText(id) === code) ? ids : []

const notOne = (count: number): Words =>
  words(`${count} messages came out, not one`, `生成 ${count} 份报文，应为一份`)

function difference(wanted: Buffer, found: Buffer): Words {
  const [a, b] = [wanted.toString(), found.toString()]
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  const from = Math.max(0, at - 40)
  const [is, shouldBe] = [b.slice(from, at + 80), a.slice(from, at + 80)]
  return words(
    `at character ${at}: …${is}… and not …${shouldBe}…`,
    `第 ${at} 个字符处：为 …${is}…，应为 …${shouldBe}…`,
  )
}
