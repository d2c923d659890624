import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decode, isText } from '#adapters/push/decode.ts'
import { memberText } from '#core/json-member.ts'
import type { Row } from '#core/mapping/run/run.ts'
import { recordId } from '#core/model/identity.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { readAnswer } from '#core/receiver/read-answer.ts'
import { signatureFault, signatureOf } from '#core/signing/signature.ts'
import { loadRelated, type RelatedSources } from '#flow/delivery/related.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { answers, expectedOut, SAMPLE_SECRET } from '#test/shanghai.ts'

const registry = await loadRegistry('mappings')
const shanghai = registry.system('shanghai-platform')
const outbound = shanghai?.records.get('outbound')?.mapping
if (!shanghai?.sign || !shanghai.receiver || !outbound?.write)
  throw new Error('the system of this test is wrong')
const { sign } = shanghai
const receiver = shanghai.receiver.answer
if (!receiver) throw new Error('the receiver of this test is wrong')
const { write, related: steps = [] } = outbound

/** The records of a sample as the store would give them. */
function recordsOf(system: string, record: string, file: string): CanonicalRecord[] {
  const mapping = registry.system(system)?.records.get(record)?.mapping
  if (!mapping || !isText(mapping.read)) throw new Error(`no mapping of texts ${system}/${record}`)
  const bytes = readFileSync(`mappings/${system}/samples/valid/${file}`)
  return decode(bytes, mapping.read).records.flatMap((source) =>
    mapping.map(source, { receivedAtMs: Date.UTC(2024, 4, 1) }).records.map(
      ({ kind, id, key, body }) =>
        ({
          ...body,
          kind,
          id,
          key,
          system,
          record,
          version: 1,
          status: 'active',
          schema: 1,
        }) as CanonicalRecord,
    ),
  )
}
const sales = recordsOf('jiaxing-wholesale', 'trade', 'day.json').filter(({ kind }) => kind === 'sale')
const bill = sales.find(({ key }) => key[0] === 'JXSG2024041500019') as CanonicalRecord
const [certificate] = recordsOf('zj-agri-certificate', 'certificate', 'one.json') as [CanonicalRecord]
const harvest = {
  kind: 'production',
  id: recordId('production', 'farms', 'harvest', ['33082500724041400001']),
  key: ['33082500724041400001'],
  occurredAt: { at: '2024-04-14T15:30:00+08:00', precision: 'second' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33082500724041400001' }],
  flags: [],
} as unknown as CanonicalRecord
const OPERATOR = 'cn.mofcom.operator13:3304020030107'
const card = [
  { scheme: 'cn.mofcom.operator13', value: '3304020030107' },
  { scheme: 'cn.uscc', value: '92330402MA9TE51069' },
]

/** What is known, and how often it was asked for. */
function knowing(records: readonly CanonicalRecord[], parties: typeof card) {
  const asked: string[][] = []
  const sources: RelatedSources = {
    partiesByCodes: async (codes) => {
      asked.push([...codes])
      return new Map(codes.includes(OPERATOR) ? [[OPERATOR, parties]] : [])
    },
    recordsByCodes: async (kind, codes) => {
      asked.push([...codes])
      const mentions = (code: string): CanonicalRecord[] =>
        records.filter(
          (record) =>
            record.kind === kind &&
            (record.documents?.some(({ number }) => `doc:${number}` === code) ||
              record.lots?.some(({ value }) => `lot:${value}` === code)),
        )
      return new Map(codes.map((code) => [code, mentions(code)]))
    },
  }
  return { sources, asked }
}
const known = (records = [certificate, harvest], parties = card) => knowing(records, parties)

const sending = () => ({ at: '2024-04-15T04:00:00+08:00', nonce: 'a1b2c3', number: '000001' })
const signed = { sending, sign: (text: string) => signatureOf(sign, SAMPLE_SECRET, text) }
async function written(records: readonly CanonicalRecord[], sources = known().sources) {
  return write(records, { ...signed, related: await loadRelated(sources, steps, records) })
}
const itemOf = (text: string | undefined): Row =>
  (JSON.parse(text ?? '') as { body: { items: Row[] } }).body.items[0] as Row

describe('what goes out to the Shanghai platform', () => {
  test('is the message of its interface document, byte for byte and with its signature', async () => {
    const [message, ...more] = await written([bill])
    expect(more).toEqual([])
    expect(message?.text).toBe(expectedOut())
    expect(message?.contentType).toBe('application/json; charset=utf-8')
    expect(signatureFault(sign, SAMPLE_SECRET, message?.text ?? '')).toBeNull()
  })

  test('is one message for each enterprise, of sales to Shanghai only, in the order of the records', async () => {
    const other = { ...bill, id: 'x', key: ['OTHER'] } as CanonicalRecord
    other.parties = (bill.parties ?? []).map((party) =>
      party.role === 'buyer'
        ? { role: 'buyer', name: '乙', ids: [{ scheme: 'cn.uscc', value: '91310112MA9SH60179' }] }
        : party,
    )
    const again = { ...bill, id: 'y', key: ['AGAIN'] } as CanonicalRecord
    const messages = await written([...sales, other, again])
    const at = sales.indexOf(bill)
    expect(messages.map(({ records }) => records)).toEqual([[at, sales.length + 1], [sales.length]])
    expect(messages.map(({ text }) => memberText(text, ['body', 'enterpriseCode']))).toEqual([
      '91310115MA9SH6016K',
      '91310112MA9SH60179',
    ])
  })

  test('leaves out what is not known, and never takes one of two', async () => {
    const bare = await written([bill], known([], []).sources)
    expect(itemOf(bare[0]?.text)).not.toHaveProperty('supplierCode')
    expect(itemOf(bare[0]?.text)).not.toHaveProperty('productionDate')
    const twoCodes = [...card, { scheme: 'cn.uscc', value: '92330402MA9TE5888X' }]
    const twice = {
      ...harvest,
      id: 'another',
      occurredAt: { at: '2024-04-13T08:00:00+08:00', precision: 'second' },
    }
    const doubtful = await written(
      [bill],
      known([certificate, harvest, twice as CanonicalRecord], twoCodes).sources,
    )
    expect(itemOf(doubtful[0]?.text)).not.toHaveProperty('supplierCode')
    expect(itemOf(doubtful[0]?.text)).not.toHaveProperty('productionDate')
    const unsaid = { ...bill, documents: [], origin: undefined } as unknown as CanonicalRecord
    const [message] = await written([unsaid])
    for (const name of ['certType', 'certNo', 'originCode', 'originName', 'productionDate'])
      expect(itemOf(message?.text)).not.toHaveProperty(name)
  })

  test('names a certificate of the form of 2026 by the letters of goods that leave a province', async () => {
    const documents = [{ role: 'upstream', type: 'product_2026', number: '3413026120' }]
    const [message] = await written([{ ...bill, documents } as unknown as CanonicalRecord])
    expect(itemOf(message?.text)).toMatchObject({ certType: 'PA', certNo: '3413026120' })
  })

  test('never holds the name of a natural person', async () => {
    const parties = (bill.parties ?? []).map((party) => ({ ...party, personal: party.role === 'seller' }))
    const [message] = await written([{ ...bill, parties } as CanonicalRecord])
    expect(itemOf(message?.text)).not.toHaveProperty('supplierName')
    expect(itemOf(message?.text)).toHaveProperty('supplierCode')
  })

  test('asks once for each kind of fact, whatever the number of records', async () => {
    const { sources, asked } = known()
    await loadRelated(sources, steps, [...sales, ...sales])
    expect(asked).toHaveLength(3)
    for (const codes of asked) expect(new Set(codes).size).toBe(codes.length)
  })
})

describe('an answer of the Shanghai platform', () => {
  test.each(answers().filter(({ status }) => status === 200))(
    'is understood as $verdict',
    ({ body, verdict }) => {
      const answer = readAnswer(receiver, JSON.stringify(body))
      expect(answer.kind === 'failed' ? answer.class : answer.records.get(0)?.verdict).toBe(verdict)
    },
  )

  test('that is busy, in another format, or unknown, says that the records must be sent again', () => {
    for (const body of ['<html>busy</html>', '', '[]', 'null', '{"code":"77"}', '{"code":{}}']) {
      expect(readAnswer(receiver, body)).toMatchObject({ kind: 'failed', class: 'retry' })
    }
    const answer = readAnswer(
      receiver,
      '{"code":0,"results":[{"index":"0","code":5},{"index":1,"code":"8"},{"index":1,"code":"0"},{"index":-1,"code":"0"},7]}',
    )
    expect(answer).toEqual({
      kind: 'verdicts',
      records: new Map([
        [0, { verdict: 'retry', code: '5' }],
        [1, { verdict: 'retry', code: '8' }],
      ]),
    })
  })

  test('of format 1 is the message’s own fault', () => {
    expect(readAnswer(receiver, '{"code":"1","message":"bad"}')).toEqual({
      kind: 'failed',
      class: 'refused',
      code: '1',
      detail: 'code 1: bad',
    })
  })
})
