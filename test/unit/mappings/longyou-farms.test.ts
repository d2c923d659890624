import { describe, expect, test } from 'vitest'
import { bodyOf, rowMapper } from './map-rows.ts'

const AROUND = { recordNodeId: '330825007', recordNodeName: '溪口示例合作社', size: 1 }
const ROW = { goodsId: '01233401', goodsName: '番茄', weight: 100 }

describe('the result of a harvest', async () => {
  const mapRows = await rowMapper('longyou-farms', 'harvest')
  const harvest = { ...ROW, harvestBatchId: '33082500724041400001', harvestDate: 1713079800000 }
  const testOf = (result: unknown) => {
    const [source] = mapRows([{ ...harvest, result }], { ...AROUND, method: 'sOriginHarvestInfo' })
    const body = bodyOf(source, 'test')
    return body && { ...body.test, flags: body.flags }
  }
  test.each([
    ['合格', { raw: '合格', verdict: 'pass', flags: [] }],
    ['不合格', { raw: '不合格', verdict: 'fail', flags: [] }],
    ['0', { raw: '0', verdict: 'unknown', flags: [] }],
    [1, { raw: '1', verdict: 'unknown', flags: [] }],
    [55.5, { raw: '55.5', value: '55.5', unit: '%', verdict: 'unknown', flags: [] }],
    ['12.5%', { raw: '12.5%', value: '12.5', unit: '%', verdict: 'unknown', flags: ['W_ENUM_UNKNOWN'] }],
    ['优', { raw: '优', verdict: 'unknown', flags: ['W_UNIT_SUSPECT', 'W_ENUM_UNKNOWN'] }],
  ])('%j has the verdict that it says, and no other', (result, wanted) => {
    expect(testOf(result)).toEqual({ item: '农药残留', screening: true, ...wanted })
  })
  test.each(['', '/', null, undefined])('%j is no test', (result) => {
    expect(testOf(result)).toBeUndefined()
  })
})

describe('the person in charge of a batch', async () => {
  const ID = '11010519491231002X'
  const around = { ...AROUND, method: 'sOriginBatch' }
  const row = { ...ROW, prodBatchId: '33082500724010800002', prodStartDate: 1704643200000, principalId: ID }
  test('is known by a keyed digest alone', async () => {
    const mapRows = await rowMapper('longyou-farms', 'origin-batch', (text) => `digest of ${text.length}`)
    const [source] = mapRows([{ ...row, principalName: '某人' }], around)
    expect(bodyOf(source, 'production')?.parties).toContainEqual({
      role: 'principal',
      name: '某人',
      personal: true,
      ids: [{ scheme: 'cn.idcard.hash', value: 'digest of 18', checkOk: true }],
    })
    expect(JSON.stringify(source)).not.toContain(ID)
  })
  test('has no code at all where the hub has no key for digests', async () => {
    const mapRows = await rowMapper('longyou-farms', 'origin-batch')
    const [source] = mapRows([{ ...row, principalName: '某人' }], around)
    expect(JSON.stringify(source)).not.toContain(ID.slice(6, 14))
    expect(bodyOf(source, 'production')?.area).toBeUndefined()
  })
})

describe('a dispatch', async () => {
  const mapRows = await rowMapper('longyou-farms', 'origin-out')
  const dispatch = { ...ROW, traceCode: '33082500724041500001', outDate: 1713115200000, price: 2.1 }
  const one = (more: object) => mapRows([{ ...dispatch, ...more }], { ...AROUND, method: 'sOriginOut' })[0]
  test('counts in 斤 unless its unit says otherwise, and the price with it', () => {
    expect(bodyOf(one({}), 'dispatch')).toMatchObject({ quantity: { value: '50' }, price: { value: '4.2' } })
    expect(bodyOf(one({ unit: '公斤' }), 'dispatch')).toMatchObject({
      quantity: { value: '100' },
      price: { value: '2.1' },
    })
  })
  test('without the farm of its own is the farm’s that sent it', () => {
    const { sites, region } = bodyOf(one({ areaOriginId: '' }), 'dispatch') ?? {}
    expect(sites).toMatchObject([{ role: 'farm', name: '溪口示例合作社', ids: [{ value: '330825007' }] }])
    expect(region?.code).toBe('330825')
  })
  test('keeps its other parts where a code outside the key came as a number', () => {
    const lost = one({ harvestBatchId: Number('33082500724041400001') })
    expect(lost?.rejected).toBe(false)
    expect(bodyOf(lost, 'dispatch')?.flags).toEqual(['E_PRECISION_LOST'])
    expect(bodyOf(lost, 'dispatch')?.lots).toEqual([
      { role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33082500724041500001' },
    ])
    expect(lost?.issues).toMatchObject([{ path: 'dataStr/list/0/harvestBatchId', code: 'E_PRECISION_LOST' }])
  })
})
