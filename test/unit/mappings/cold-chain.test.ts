import { describe, expect, test } from 'vitest'
import { bodyOf, rowMapper } from './map-rows.ts'

const LOT = {
  traceCode: '330206-IMP-20240301-000123',
  firstStation: '宁波北仑示例冷库',
  firstStationCode: '91330206MA9CC801XG',
  declNo: '310120241012345678',
  productName: '冷冻牛腱',
  inTime: '2024-03-01T09:20:00+08:00',
  status: 1,
}

describe('a lot', async () => {
  const mapRows = await rowMapper('cold-chain', 'lot')
  const one = (more: object) => mapRows([{ ...LOT, ...more }])[0]
  test('without a nucleic result has no test, one with an unknown result no verdict', () => {
    expect(one({ nucleicResult: null })?.records.map(({ kind }) => kind)).toEqual(['entry'])
    const source = one({ nucleicResult: '待检', nucleicTestNo: 'HS2021110500018' })
    expect(bodyOf(source, 'test')?.test).toMatchObject({ raw: '待检', verdict: 'unknown' })
    expect(bodyOf(source, 'test')?.flags).toContain('W_ENUM_UNKNOWN')
    expect(bodyOf(source, 'entry')?.flags).toEqual([])
  })
  test('keeps what is known of it where the declaration lost its digits', () => {
    const text = JSON.stringify(one({ declNo: Number('310120241012345678') }))
    expect(text).not.toContain('customs_decl')
    expect(text).toContain('E_PRECISION_LOST')
    expect(one({ declNo: Number('310120241012345678') })?.rejected).toBe(false)
  })
  test('is known by its trace code, the batch of the plant is where it came from', () => {
    expect(bodyOf(one({ batchNo: 'L231230', plantNo: 'SIF0000' }), 'entry')).toMatchObject({
      lots: [
        { role: 'subject', scheme: 'cn.coldchain.zj' },
        { role: 'source', scheme: 'local.cold-chain', value: 'L231230' },
      ],
      parties: [{ role: 'producer', ids: [{ scheme: 'local.cold-chain', value: 'SIF0000' }] }],
    })
  })
})

describe('a movement', async () => {
  const mapRows = await rowMapper('cold-chain', 'movement')
  const MOVE = {
    outNo: 'CK1',
    traceCode: '330206-IMP-20240301-000123-02',
    prevCode: '330206-IMP-20240301-000123',
    fromCode: '91330206MA9CC801XG',
    buyerCode: '92330109MA9CC81162',
    outTime: '2024-04-15T01:10:00+08:00',
    unit: '千克',
    status: 1,
  }
  const one = (more: object) => mapRows([{ ...MOVE, ...more }])[0]
  test('whose boxes are not counted has no mass', () => {
    const body = bodyOf(one({ netWeightPerBox: '20.000' }), 'dispatch')
    expect([body?.quantity?.value, body?.flags]).toEqual([null, ['W_UNIT_SUSPECT']])
  })
  test('that is void has its content again', () => {
    const source = one({ status: 0, netWeightPerBox: '0.005', boxCount: 3 })
    expect(source?.records).toMatchObject([{ operation: 'void', body: { quantity: { value: '0.015' } } }])
  })
  test('with a status that is neither is rejected', () => {
    expect(one({ status: 2 })?.issues[0]).toMatchObject({ path: '/0/status', code: 'E_SCHEMA' })
  })
})
