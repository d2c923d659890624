import { readFile } from 'node:fs/promises'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HubError } from '#core/errors.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'

const registry = await loadRegistry('mappings')
const sample = (name: string): Promise<string> => readFile(`mappings/mofcom-city/samples/${name}.xml`, 'utf8')

describe('mofcom-city', () => {
  const database = withDatabase()
  let pool: Pool
  let intake: Intake
  let nowMs = Date.UTC(2024, 3, 15)
  beforeAll(() => {
    pool = createPool({ url: database.url })
    intake = createIntake({ pool, registry, clock: () => nowMs++, onCommitted: () => {} })
  })
  afterAll(async () => {
    await intake.close()
    await pool.end()
  })
  const push = (record: string, text: string) =>
    intake.push({
      system: 'mofcom-city',
      record,
      bytes: Buffer.from(text),
      contentType: 'application/xml',
      keyId: null,
    })
  const bodyOf = async (id: string | undefined) => {
    const { rows } = await pool.query(
      'select body, message_id, message_index from record_versions where record_id = $1',
      [id],
    )
    return rows.map(({ body, ...row }) => ({ ...row, ...JSON.parse(body) }))
  }

  it('a base that comes the day after makes an entry of the detail that was rejected for it', async () => {
    const text = await sample('invalid/retail_market_in_info_no_base')
    const today = await push('retail-entry', text)
    expect(today.results.map(({ result }) => result)).toEqual(['created', 'rejected'])
    const [, base = ''] = /(<retail_market_in_info_base>.*?<\/retail_market_in_info_base>)/.exec(text) ?? []
    const head =
      '<data dataset="retail_market_in_info" node_id="330105012" report_date="2024-04-16" count="0">'
    nowMs += 86_400_000
    const tomorrow = await push(
      'retail-entry',
      `${head}${base.replace('33010501224041500091', '33010501224041500092')}</data>`,
    )
    expect(tomorrow.completed).toMatchObject([
      {
        receipt: today.receipt,
        index: 1,
        key: ['330105012', '2024-04-15', '3301050120045', '33010501224041500092', '01233401'],
        result: 'created',
      },
    ])
    expect(await bodyOf(tomorrow.completed?.[0]?.records[0]?.id)).toMatchObject([
      {
        message_id: today.receipt,
        message_index: 1,
        occurredAt: { at: '2024-04-15T00:00:00+08:00', precision: 'day' },
        region: { code: '330105', year: 2024 },
        lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33010501224041500092' }],
        quantity: { value: '100', unit: 'KGM' },
      },
    ])
  })

  it('details that come the day after find their base by all six fields', async () => {
    const text = await sample('valid/market_in_info_330109004_20240415')
    const bases = text.replaceAll(/<market_in_info_detail>.*?<\/market_in_info_detail>\n?/g, '')
    const details = text.replaceAll(/<market_in_info_base>.*?<\/market_in_info_base>\n?/g, '')
    expect(await push('market-entry', bases)).toMatchObject({ received: 0, results: [] })
    const receipt = await push('market-entry', details)
    expect(receipt).toMatchObject({ received: 8, accepted: 8, rejected: 0 })
    expect(await push('market-entry', text)).toMatchObject({ received: 8, unchanged: 8 })
    const other = details.replaceAll('CDZM20240415007', 'CDZM20240415009')
    expect(await push('market-entry', other)).toMatchObject({ received: 8, unchanged: 6, rejected: 2 })
  })

  it('two products without a code in one batch are two entries', async () => {
    const text = await sample('valid/retail_market_in_info_330105012_20240415')
    const [fish = ''] =
      /<retail_market_in_info_detail>(?:(?!<retail).)*草鱼.*?<\/retail_market_in_info_detail>/.exec(text) ??
      []
    const receipt = await push('retail-entry', text.replace(fish, fish + fish.replace('草鱼', '鲫鱼')))
    const [one, two] = receipt.results.slice(-2)
    expect([one?.key, two?.key].map((key) => key?.at(-1))).toEqual(['', ''])
    expect([one?.result, two?.result]).toEqual(['created', 'created'])
    expect((await bodyOf(one?.records[0]?.id))[0].product.name).toBe('草鱼')
    expect((await bodyOf(two?.records[0]?.id))[0].product.name).toBe('鲫鱼')
  })

  it('an entry without a number of its own is the same when it is sent again, and the next version when its mass is another', async () => {
    const text = await sample('valid/retail_market_in_info_330105012_20240415')
    const first = await push('retail-entry', text)
    expect(await push('retail-entry', text)).toMatchObject({
      received: first.received,
      unchanged: first.received,
    })
    const [line = ''] =
      /<retail_market_in_info_detail>(?:(?!<retail).)*草鱼.*?<\/retail_market_in_info_detail>/.exec(text) ??
      []
    const heavier = line.replace(/<weight>[^<]*</, '<weight>7.77<')
    expect(heavier).not.toBe(line)
    const corrected = await push('retail-entry', text.replace(line, heavier))
    expect(corrected).toMatchObject({ accepted: 1, unchanged: (first.received ?? 0) - 1 })
    const [updated] = corrected.results.filter(({ result }) => result !== 'unchanged')
    expect(updated).toMatchObject({ result: 'updated', records: [{ version: 2 }] })
    expect(first.results[updated?.index ?? -1]?.records[0]?.id).toBe(updated?.records[0]?.id)
  })

  it.each([
    [
      'a file of another dataset',
      'valid/market_tran_info_330109004_20240415',
      (text: string) => text,
      'data/@dataset',
    ],
    [
      'a closing tag that is wrong in another way',
      'valid/market_in_info_330109004_one',
      (text: string) => text.replace('</market_id>', '</market.id>'),
      'line 3',
    ],
    [
      'a reference that XML does not know',
      'valid/market_in_info_330109004_one',
      (text: string) => text.replace('示例肉品', '&nbsp;'),
      'line 3',
    ],
  ])('%s is refused as a whole, with the place', async (_, name, damage, place) => {
    const refusal = await push('market-entry', damage(await sample(name))).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(HubError)
    expect(refusal).toMatchObject({
      code: 'unreadable_message',
      parts: { issues: [{ code: 'E_SCHEMA', path: expect.stringContaining(place) }] },
    })
  })
})
