import { beforeAll, describe, expect, it } from 'vitest'
import { sale, withVersions } from '#test/versions.ts'

const PAYMENT = `  - kind: payment
    when: { pay: present }
    fields:
      occurredAt: { from: at, date: ['yyyy-MM-dd HH:mm:ss'] }
      parties.seller: { name: seller }
      product: { name: goods }
      method: { from: pay, enum: { '1': cash, '2': wechat }, miss: keep }
`

const hub = withVersions()
beforeAll(() => hub.take({ version: 1, more: PAYMENT }))

const push = async (no: string, change: Readonly<Record<string, unknown>> = {}) =>
  (await hub.push([sale(no, change)])).results[0]

/** `status@version` of each version of the payment, with why it ended. */
async function payments(no: string): Promise<string[]> {
  const { rows } = await hub.pool.query(
    'select status, version, body from record_versions where record_id = $1 order by version',
    [`urn:cnft:payment:stall:sale:${no}`],
  )
  return rows.map(({ status, version, body }) => {
    const { void: ended } = JSON.parse(body)
    return `${status}@${version}${ended ? ` ${ended.reason}` : ''}`
  })
}
const GONE = 'void@2 来源记录已不再含此内容 · Its source record tells it no more'

describe('what a source record told and tells no more', () => {
  it('is made void by its correction, which says why, and the receipt names both', async () => {
    await push('A1', { pay: '1' })
    expect(await push('A1', { kg: '90' })).toMatchObject({
      result: 'updated',
      records: [
        { kind: 'sale', version: 2 },
        { kind: 'payment', version: 2 },
      ],
    })
    expect(await payments('A1')).toEqual(['active@1', GONE])
  })

  it('is made void where the rest of the record stays as it was, and once only', async () => {
    await push('A2', { pay: '1' })
    expect(await push('A2')).toMatchObject({ result: 'updated', records: [{ version: 1 }, { version: 2 }] })
    expect(await push('A2')).toMatchObject({ result: 'unchanged', records: [{ kind: 'sale', version: 1 }] })
    expect(await payments('A2')).toEqual(['active@1', GONE])
  })

  it('comes back when the source tells it again', async () => {
    await push('A3', { pay: '1' })
    await push('A3', { kg: '90' })
    expect(await push('A3', { kg: '90', pay: '2' })).toMatchObject({
      records: [{ version: 2 }, { version: 3 }],
    })
    expect(await payments('A3')).toEqual(['active@1', GONE, 'active@3'])
  })

  it('is nothing where it was never told: no version, and no void that waits', async () => {
    expect(await push('A4')).toMatchObject({ result: 'created', records: [{ kind: 'sale', version: 1 }] })
    expect(await payments('A4')).toEqual([])
    const { rows } = await hub.pool.query('select record_id from waiting_voids')
    expect(rows).toEqual([])
    expect(await push('A4', { pay: '1' })).toMatchObject({ result: 'created' })
    expect(await payments('A4')).toEqual(['active@1'])
  })

  it('stays where the bytes without it came before those with it, and are sent again', async () => {
    await push('A5')
    await push('A5', { pay: '1' })
    expect(await push('A5')).toMatchObject({ result: 'unchanged' })
    await push('A5', { pay: '1', kg: '80' })
    expect(await push('A5')).toMatchObject({ result: 'unchanged', issues: [{ code: 'W_LATE' }] })
    expect(await payments('A5')).toEqual(['active@1'])
  })

  it('is decided record by record inside one message', async () => {
    const { results } = await hub.push([sale('A6', { pay: '1' }), sale('A6'), sale('A6', { pay: '2' })])
    expect(results.map(({ result }) => result)).toEqual(['created', 'updated', 'updated'])
    expect(await payments('A6')).toEqual(['active@1', GONE, 'active@3'])
  })

  it('is made void by a large message too', async () => {
    await push('A7', { pay: '1' })
    await hub.pushLarge([sale('A7', { kg: '70' })])
    expect(await payments('A7')).toEqual(['active@1', GONE])
  })

  it('stays where a correction is rejected', async () => {
    await push('A8', { pay: '1' })
    expect(await push('A8', { at: '' })).toMatchObject({ result: 'rejected' })
    expect(await payments('A8')).toEqual(['active@1'])
  })
})

describe('with an order', () => {
  beforeAll(() => hub.take({ version: 2, more: PAYMENT, order: 'rev' }))

  it('what is told no more in an older version stays, also where the newer one did not change it', async () => {
    await push('B1', { rev: 1, pay: '1' })
    await push('B1', { rev: 3, pay: '1', kg: '90' })
    expect(await push('B1', { rev: 2, kg: '95' })).toMatchObject({
      result: 'unchanged',
      issues: [{ code: 'W_LATE' }],
    })
    expect(await payments('B1')).toEqual(['active@1'])
    await push('B1', { rev: 4, kg: '90' })
    expect(await payments('B1')).toEqual(['active@1', GONE])
  })

  it('a correction without its order makes nothing void of what has one', async () => {
    await push('B2', { rev: 1, pay: '1' })
    expect(await push('B2')).toMatchObject({ result: 'rejected' })
    expect(await payments('B2')).toEqual(['active@1'])
  })
})

describe('a replay', () => {
  it('makes void what the mapping makes no more of the newest message, and leaves what later ones told', async () => {
    await hub.take({ version: 3, more: PAYMENT })
    await push('C1', { pay: '1' })
    await push('C2')
    await push('C2', { pay: '1' })
    await push('C3', { pay: '2' })
    await push('C4')
    await push('C4', { pay: '2' })
    await push('C5', { pay: '1' })
    await push('C5', { pay: '1', kg: '90' })
    await hub.take({ version: 4, more: PAYMENT.replace('{ pay: present }', "{ pay: ['2'] }") })
    const compared = await hub.replay('compare', { record: 'sale' }, { versions: { from: 3, to: 4 } })
    expect(compared.counts).toMatchObject({ newlyFailing: 0 })
    await hub.replay('apply')
    expect(await payments('C1')).toEqual(['active@1', GONE])
    expect(await payments('C2')).toEqual(['active@1', GONE])
    expect(await payments('C3')).toEqual(['active@1'])
    expect(await payments('C4')).toEqual(['active@1'])
    expect(await payments('C5')).toEqual(['active@1', GONE])
    await hub.replay('apply')
    expect(await payments('C1')).toEqual(['active@1', GONE])
  })

  it('a comparison counts what comes of neither mapping as the same', async () => {
    await hub.take({ version: 5 })
    await push('D1')
    await hub.take({ version: 6, more: PAYMENT })
    const { counts } = await hub.replay(
      'compare',
      { record: 'sale', newest: 1 },
      { versions: { from: 5, to: 6 } },
    )
    expect(counts).toMatchObject({ same: 1, changed: 0 })
  })
})
