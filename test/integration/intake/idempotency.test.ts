import { describe, expect, it } from 'vitest'
import { withPlainIntake } from '#test/intake.ts'

describe('Idempotency-Key', () => {
  const hub = withPlainIntake()

  it('the same key with the same body gives the same receipt and stores once', async () => {
    const first = await hub.push([{ no: 'A1' }], 'k1')
    const again = await hub.push([{ no: 'A1' }], 'k1')
    expect(again).toEqual(first)
    const { rows } = await hub.pool.query('select count(*)::int as n from messages')
    expect(rows[0].n).toBe(1)
  })

  it('the same key with another body is refused', async () => {
    await hub.push([{ no: 'B1' }], 'k2')
    await expect(hub.push([{ no: 'B2' }], 'k2')).rejects.toMatchObject({ code: 'idempotency_conflict' })
    expect(await hub.versions('B2')).toEqual([])
  })

  it('100 copies at once give one receipt', async () => {
    const receipts = await Promise.all(Array.from({ length: 100 }, () => hub.push([{ no: 'C1' }], 'k3')))
    expect(new Set(receipts.map(({ receipt }) => receipt)).size).toBe(1)
    expect(await hub.versions('C1')).toEqual(['active@1'])
  })
})

describe('many at once', () => {
  const hub = withPlainIntake()

  it('the same record pushed 50 times at once without a key is stored once', async () => {
    const receipts = await Promise.all(Array.from({ length: 50 }, () => hub.push([{ no: 'A1', kg: '7' }])))
    expect(receipts.filter(({ accepted }) => accepted === 1)).toHaveLength(1)
    expect(receipts.filter(({ unchanged }) => unchanged === 1)).toHaveLength(49)
    expect(await hub.versions('A1')).toEqual(['active@1'])
  })

  it('different contents of one record pushed at once become versions without a gap', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => hub.push([{ no: 'B1', kg: String(i + 1) }])))
    const versions = await hub.versions('B1')
    expect(versions).toEqual(Array.from({ length: 20 }, (_, i) => `active@${i + 1}`))
  })

  it('received = accepted + unchanged + rejected is enforced by the database', async () => {
    await expect(hub.pool.query('update messages set accepted = accepted + 1')).rejects.toMatchObject({
      constraint: 'messages_nothing_vanishes',
    })
  })
})
