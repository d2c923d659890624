import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decode, isText } from '#adapters/push/decode.ts'
import type { Body } from '#core/model/body.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { DEFAULT_SEES, sharedRecord } from '#core/model/sharing.ts'
import { testSystem } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'

const registry = await loadRegistry('mappings')
const city = registry.system('mofcom-city')
if (!city) throw new Error('the system of this test is not there')
const OUTBOUND = 'mappings/mofcom-city/samples/outbound'
const mappingOf = (record: string) => {
  const mapping = city.records.get(record)?.mapping
  if (!mapping) throw new Error(`no mapping ${record}`)
  return mapping
}
const recordsOf = (name: string): CanonicalRecord[] =>
  JSON.parse(readFileSync(`${OUTBOUND}/${name}.records.json`, 'utf8'))

const SETS = [
  ['market-entry', 'market_in_info_330109004_20240415'],
  ['market-trade', 'market_tran_info_330109004_20240415'],
  ['market-test', 'market_detection_info_330109004_20240415'],
  ['retail-entry', 'retail_market_in_info_330105012_20240415'],
  ['retail-summary', 'retail_market_tran_info_summ_330105012_20240415'],
] as const

/** What both sides must mean by one record: all but how regions are written, and papers whose kind nobody knows. */
const meaning = ({
  occurredAt,
  parties,
  sites,
  lots,
  documents,
  product,
  quantity,
  price,
  origin,
  test,
}: Body) => ({
  at: occurredAt?.at,
  parties: parties?.map(({ role, name, ids }) => [role, name, ids.map(({ value }) => value)]),
  sites: sites?.map(({ role, name, ids }) => [role, name, ids.map(({ value }) => value)]),
  lots: lots?.map(({ role, value }) => [role, value]),
  documents: (documents ?? [])
    .filter(({ type }) => type !== 'unknown')
    .map(({ type, number }) => [type, number]),
  product: product?.name,
  kg: quantity?.value,
  price: price?.value,
  origin: origin?.code ?? origin?.country,
  verdict: test?.verdict,
})

describe('what goes out to the city platform', () => {
  test('is the files of its interface document, byte for byte', async () => {
    const outbound = (await testSystem(city, Date.UTC(2024, 3, 15))).filter(({ name }) =>
      name.includes('outbound'),
    )
    expect(outbound.map(({ failures }) => failures)).toEqual([[], [], [], [], [], []])
  })

  test.each(SETS)(
    '%s: read back by the mapping for what the platform sends, it means the same',
    (record, file) => {
      const mapping = mappingOf(record)
      if (!isText(mapping.read)) throw new Error('no mapping of texts')
      const { records } = decode(readFileSync(`${OUTBOUND}/${file}.xml`), mapping.read)
      const back = records.flatMap(
        (source) => mapping.map(source, { receivedAtMs: Date.UTC(2024, 3, 15) }).records,
      )
      const sent = recordsOf(`${record}-out`).filter(({ kind }) => mapping.kinds.includes(kind))
      expect(back.map(({ body }) => meaning(body as Body))).toEqual(sent.map(meaning))
    },
  )

  test.each(SETS)('%s is in the file of its dataset, node and day', (record, file) => {
    const [message] = mappingOf(`${record}-out`).write?.(recordsOf(`${record}-out`)) ?? []
    expect(message?.file).toBe(`${file}.xml`)
  })

  test('is nothing that the platform sent itself', () => {
    const own = recordsOf('market-entry-out').map((one) => ({ ...one, system: 'mofcom-city' }))
    expect(mappingOf('market-entry-out').write?.(own)).toEqual([])
  })

  test('lacks what a link without secrets of business may not see, and a trade without its buyer is not written', () => {
    const see = (name: string) =>
      recordsOf(name).map((one) => sharedRecord(one, DEFAULT_SEES) as CanonicalRecord)
    const [entries] = mappingOf('retail-entry-out').write?.(see('retail-entry-out')) ?? []
    expect(entries?.text).toContain('<weight>185.5</weight><price></price>')
    expect(() => mappingOf('market-trade-out').write?.(see('market-trade-out'))).toThrow('buyer_id')
  })
})
