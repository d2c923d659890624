import { expect, it } from 'vitest'
import { createIntake } from '#flow/intake/create-intake.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const drift = async (system = 'jiaxing-wholesale') =>
  (await api.call('GET', `/v1/systems/${system}/drift`)).json()
const push = async (rows: readonly object[]) => (await api.push(TRADES, JSON.stringify(rows))).json()

it('unknown fields are shown by their shape, never by their text', async () => {
  await push([trade('A1', { linkman: '王秀英', phone: '13800000000', since: '2024-04-15', grade: 'A1' })])
  await push([trade('A2', { linkman: '李明' })])
  const { fields } = await drift()
  const shown = fields.map(({ field, sample, count }: Record<string, unknown>) => [field, sample, count])
  expect(shown.sort()).toEqual([
    ['grade', 'A1', 1],
    ['linkman', '字字字', 2],
    ['phone', '99999999999', 1],
    ['since', '9999-99-99', 1],
  ])
  const { rows } = await api.pool.query('select * from drift')
  expect(JSON.stringify(rows)).not.toMatch(/王秀英|13800000000/)
})

it('values that no enumeration names are counted with the receipt of the first', async () => {
  const first = await push([
    trade('B1', { payType: '9' }),
    trade('B2', { payType: '9' }),
    trade('B3', { payType: 'x' }),
  ])
  await push([trade('B4', { payType: '9' })])
  const { values } = await drift()
  expect(values).toMatchObject(
    [
      { field: 'payType', value: '9', count: 3, receipt: first.receipt },
      { field: 'payType', value: 'x', count: 1, receipt: first.receipt },
    ].map((one) => ({ ...one, record: 'trade', firstSeen: expect.any(String) })),
  )
})

it('what a rejected message or a replayed receipt says is not counted twice', async () => {
  const before = (await drift()).values[0].count
  await push([trade('', { payType: '9', goodsName: 'x' })])
  const headers = { 'idempotency-key': 'once' }
  for (let i = 0; i < 2; i++)
    await api.push(TRADES, JSON.stringify([trade('C1', { payType: '9' })]), { headers })
  expect((await drift()).values[0].count).toBe(before + 1)
})

it('a field that is suddenly empty is told against the 14 days before', async () => {
  let nowMs = Date.UTC(2031, 4, 1)
  const intake = createIntake({
    pool: api.pool,
    registry: api.registry,
    clock: () => nowMs,
    onCommitted: () => {},
  })
  const send = (name: string, count: number, change: object) =>
    intake.push({
      system: 'jiaxing-wholesale',
      record: 'trade',
      bytes: Buffer.from(
        JSON.stringify(Array.from({ length: count }, (_, i) => trade(`${name}-${i}`, { ...change }))),
      ),
      contentType: 'application/json',
      keyId: null,
    })
  for (let day = 0; day < 12; day++) {
    nowMs = Date.UTC(2031, 4, 1 + day)
    // Of 100 records the first 20 are looked at.
    await send(`D${day}`, 100, { certNo: '/' })
    await intake.writeCounts()
  }
  nowMs = Date.UTC(2031, 4, 13)
  for (let i = 0; i < 3; i++) await send(`E${i}`, 20, { originName: null, certNo: 'HGZ20240415-7K3M' })
  await intake.close()
  const { nulls } = await drift()
  const found = new Map(nulls.map((row: { field: string }) => [row.field, row]))
  expect(
    nulls
      .slice(0, 2)
      .map(({ field }: { field: string }) => field)
      .sort(),
  ).toEqual(['certNo', 'originName'])
  expect(found.get('originName')).toEqual({
    record: 'trade',
    field: 'originName',
    day: '2031-05-13',
    seen: 60,
    share: 1,
    seenBefore: 240,
    shareBefore: 0,
    alarm: true,
  })
  expect(found.get('certNo')).toMatchObject({ share: 0, shareBefore: 1, alarm: true })
  expect(found.get('billNo')).toMatchObject({ share: 0, shareBefore: 0, alarm: false })
  expect(found.has('cardNo')).toBe(false)
})

it('a system that there is not is 404; one that sent nothing has no drift', async () => {
  expect((await api.call('GET', '/v1/systems/nobody/drift')).statusCode).toBe(404)
  expect(await drift('zj-agri-certificate')).toEqual({
    system: 'zj-agri-certificate',
    fields: [],
    values: [],
    nulls: [],
  })
})
