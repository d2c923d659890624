import { describe, expect, it } from 'vitest'
import { chineseReason } from '#core/mapping/reasons.ts'
import { withPlainIntake } from '#test/intake.ts'
import type { PlainSale } from '#test/plain-mapping.ts'

const words = (receipt: { results: readonly { result: string }[] }): string[] =>
  receipt.results.map(({ result }) => result)

describe('versions of a record', () => {
  const hub = withPlainIntake()

  it('a new key is created, other content is version 2, the same content is unchanged', async () => {
    expect(words(await hub.push([{ no: 'A1', kg: '10' }]))).toEqual(['created'])
    expect(words(await hub.push([{ no: 'A1', kg: '12' }]))).toEqual(['updated'])
    expect(words(await hub.push([{ no: 'A1', kg: '12', uploaded: '2024-04-16T00:00:00+08:00' }]))).toEqual([
      'unchanged',
    ])
    expect(await hub.versions('A1')).toEqual(['active@1', 'active@2'])
  })

  it('the same bytes again make a new receipt in which every record is unchanged', async () => {
    const first = await hub.push([{ no: 'B1' }, { no: 'B2' }])
    const again = await hub.push([{ no: 'B1' }, { no: 'B2' }])
    expect(again.receipt).not.toBe(first.receipt)
    expect(again).toMatchObject({ received: 2, accepted: 0, unchanged: 2, rejected: 0 })
  })

  it('the bytes of an older version sent again after a correction change nothing', async () => {
    await hub.push([{ no: 'C1', kg: '10' }])
    await hub.push([{ no: 'C1', kg: '11' }])
    expect(words(await hub.push([{ no: 'C1', kg: '10' }]))).toEqual(['unchanged'])
    expect(await hub.versions('C1')).toEqual(['active@1', 'active@2'])
  })

  it('the receipt of bytes that a correction has replaced says which version they made and which one counts', async () => {
    await hub.push([{ no: 'C5', kg: '10' }])
    const second = await hub.push([{ no: 'C5', kg: '11' }])
    const again = await hub.push([{ no: 'C5', kg: '10' }])
    expect(again.results[0]).toMatchObject({
      result: 'unchanged',
      records: [{ version: 2 }],
      issues: [{ code: 'W_LATE', reason: expect.stringMatching(/version 1, which version 2 has replaced/) }],
    })
    expect(second.results[0]?.issues).toBeUndefined()
    expect((await hub.push([{ no: 'C5', kg: '11' }])).results[0]?.issues).toBeUndefined()
  })

  it('a message that says a key twice, sent by several senders at once, is stored once', async () => {
    const twice = [
      { no: 'C3', kg: '10' },
      { no: 'C3', kg: '11' },
    ]
    await Promise.all(Array.from({ length: 8 }, () => hub.push(twice)))
    expect(await hub.versions('C3')).toEqual(['active@1', 'active@2'])
  })

  it('a message that goes back to its own earlier content is followed', async () => {
    await hub.push([
      { no: 'C4', kg: '10' },
      { no: 'C4', kg: '11' },
      { no: 'C4', kg: '10' },
    ])
    expect(await hub.versions('C4')).toEqual(['active@1', 'active@2', 'active@3'])
  })

  it('a correction back to earlier content in another message is a new version', async () => {
    await hub.push([{ no: 'C2', kg: '10' }])
    await hub.push([{ no: 'C2', kg: '11' }])
    expect(words(await hub.push([{ no: 'C2', kg: '10', uploaded: '2024-04-16T00:00:00+08:00' }]))).toEqual([
      'updated',
    ])
    expect(await hub.versions('C2')).toEqual(['active@1', 'active@2', 'active@3'])
  })

  it('a version that the source calls older never replaces a newer one', async () => {
    await hub.push([{ no: 'D1', kg: '10', order: '2024-04-15 05:00' }])
    const late = await hub.push([{ no: 'D1', kg: '9', order: '2024-04-15 04:00' }])
    expect(words(late)).toEqual(['unchanged'])
    expect(late.results[0]?.issues?.[0]?.code).toBe('W_LATE')
    expect(await hub.versions('D1')).toEqual(['active@1'])
  })

  it('a key that occurs twice in one message is seen the second time', async () => {
    expect(
      words(
        await hub.push([
          { no: 'E1', kg: '1' },
          { no: 'E1', kg: '1' },
          { no: 'E1', kg: '2' },
        ]),
      ),
    ).toEqual(['created', 'unchanged', 'updated'])
  })

  it('a key that stands twice in a message with other content is taken as before, and told: where it comes again, what it replaced, how to mend it', async () => {
    const { results } = await hub.push([
      { no: 'E2', kg: '10' },
      { no: 'E3', kg: '1' },
      { no: 'E2', kg: '20' },
      { no: 'E2', kg: '10' },
    ])
    expect(words({ results })).toEqual(['created', 'created', 'updated', 'updated'])
    expect(results.map(({ issues }) => issues?.map(({ code, path }) => `${code} ${path}`))).toEqual([
      undefined,
      undefined,
      ['W_KEY_TWICE /2'],
      ['W_KEY_TWICE /3'],
    ])
    expect(results[2]?.issues?.[0]?.reason).toMatch(/index 0 .* became version 1,/)
    expect(results[3]?.issues?.[0]?.reason).toMatch(/index 2 .* became version 2,/)
    for (const text of [results[2]?.issues?.[0]?.reason, results[2]?.issues?.[0]?.fix])
      expect(chineseReason(text ?? '')).toMatch(/\p{Script=Han}/u)
  })

  it.each([
    ['the same content', [{ kg: '10' }, { kg: '10' }]],
    ['a void behind its record', [{ kg: '10' }, { kg: '11', status: 'void' }]],
    [
      'an order of the source',
      [
        { kg: '10', order: '2024-04-15 04:00' },
        { kg: '9', order: '2024-04-15 05:00' },
      ],
    ],
  ])('a key that stands twice in a message with %s is no doubt', async (what, rows) => {
    const { results } = await hub.push(rows.map((row) => ({ no: `E4 ${what}`, ...row })) as PlainSale[])
    expect(results.flatMap(({ issues = [] }) => issues)).toEqual([])
  })

  it('a correction in a message of its own is no doubt, though both share a transaction', async () => {
    const receipts = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        hub.push([
          ...Array.from({ length: i }, (_, n) => ({ no: `E5 ${i}.${n}` })),
          { no: 'E5', kg: `${i + 1}` },
        ]),
      ),
    )
    expect(receipts.flatMap(({ results }) => results.flatMap(({ issues = [] }) => issues))).toEqual([])
  })

  it('content without a key is rejected, kept with its source, and its neighbours live', async () => {
    const receipt = await hub.push([{ no: 'F1' }, { kg: '3' }, { no: 'F2' }])
    expect(receipt).toMatchObject({ received: 3, accepted: 2, unchanged: 0, rejected: 1 })
    expect(receipt.results[1]).toMatchObject({
      result: 'rejected',
      key: null,
      issues: [{ path: '/1/no', code: 'E_NO_KEY' }],
    })
    const { rows } = await hub.pool.query(`select source, code, seen from rejections where system = 'plain'`)
    expect(rows).toEqual([{ source: '{"kg":"3"}', code: 'E_NO_KEY', seen: 1 }])
  })

  it('the same broken record sent again is counted, not kept twice', async () => {
    await hub.push([{ kg: '77' }])
    await hub.push([{ kg: '77' }])
    const { rows } = await hub.pool.query(`select seen from rejections where source = '{"kg":"77"}'`)
    expect(rows).toEqual([{ seen: 2 }])
  })
})

describe('voids', () => {
  const hub = withPlainIntake()

  it('a void that names no content keeps everything and adds a version with status void', async () => {
    await hub.push([{ no: 'A1', kg: '10', cert: 'H1' }])
    expect(words(await hub.push([{ no: 'A1', status: 'void-kept' }]))).toEqual(['voided'])
    expect(await hub.versions('A1')).toEqual(['active@1', 'void@2'])
    const { rows } = await hub.pool.query(
      `select body from record_versions where record_id like '%:A1' order by version`,
    )
    const [first, second] = rows.map(({ body }) => JSON.parse(body))
    expect(second).toEqual({ ...first, void: { reason: 'wrong' } })
  })

  it('a void sent twice is unchanged the second time', async () => {
    await hub.push([{ no: 'B1' }])
    await hub.push([{ no: 'B1', status: 'void-kept' }])
    expect(words(await hub.push([{ no: 'B1', status: 'void-kept' }]))).toEqual(['unchanged'])
  })

  it('a void that comes before its original waits for it and is applied on its arrival', async () => {
    const early = await hub.push([{ no: 'C1', status: 'void-kept' }])
    expect(words(early)).toEqual(['voided'])
    expect(await hub.versions('C1')).toEqual([])
    expect(words(await hub.push([{ no: 'C1', kg: '5' }]))).toEqual(['voided'])
    expect(await hub.versions('C1')).toEqual(['active@1', 'void@2'])
    const { rows } = await hub.pool.query('select count(*)::int as n from waiting_voids')
    expect(rows[0].n).toBe(0)
  })

  it('a void sent twice before its original is still applied when the original arrives', async () => {
    await hub.push([{ no: 'C2', status: 'void-kept' }])
    expect(words(await hub.push([{ no: 'C2', status: 'void-kept' }]))).toEqual(['unchanged'])
    expect(words(await hub.push([{ no: 'C2', kg: '5' }]))).toEqual(['voided'])
    expect(await hub.versions('C2')).toEqual(['active@1', 'void@2'])
  })

  it('a void that stands before its original in one message is applied and waits for nothing', async () => {
    expect(
      words(
        await hub.push([
          { no: 'C3', status: 'void-kept' },
          { no: 'C3', kg: '5' },
        ]),
      ),
    ).toEqual(['voided', 'voided'])
    expect(await hub.versions('C3')).toEqual(['active@1', 'void@2'])
    const { rows } = await hub.pool.query(`select record_id from waiting_voids where record_id like '%:C3'`)
    expect(rows).toEqual([])
  })

  it('a void and its original pushed at the same moment end as a void record, whichever is first', async () => {
    const numbers = Array.from({ length: 40 }, (_, i) => `X${i}`)
    await Promise.all(
      numbers.flatMap((no, i) => {
        const original = () => hub.push([{ no, kg: '5' }])
        const ending = () => hub.push([{ no, status: 'void-kept' }])
        return i % 2 ? [original(), ending()] : [ending(), original()]
      }),
    )
    for (const no of numbers) expect(await hub.versions(no)).toEqual(['active@1', 'void@2'])
    const { rows } = await hub.pool.query(`select record_id from waiting_voids where record_id like '%:X%'`)
    expect(rows).toEqual([])
  })

  it('the retry of the first message does not bring a void record back to life', async () => {
    await hub.push([{ no: 'D1', kg: '5' }])
    await hub.push([{ no: 'D1', status: 'void-kept' }])
    const retry = await hub.push([{ no: 'D1', kg: '5', uploaded: '2024-04-16T00:00:00+08:00' }])
    expect(retry.results).toMatchObject([
      { result: 'unchanged', issues: [{ code: 'W_LATE', reason: expect.stringContaining('stays void') }] },
    ])
    expect(await hub.versions('D1')).toEqual(['active@1', 'void@2'])
  })

  it('a void with the whole content again stores that content', async () => {
    await hub.push([{ no: 'E1', kg: '5' }])
    expect(words(await hub.push([{ no: 'E1', kg: '5', status: 'void' }]))).toEqual(['voided'])
    expect(words(await hub.push([{ no: 'E1', kg: '5', status: 'void' }]))).toEqual(['unchanged'])
    expect(await hub.versions('E1')).toEqual(['active@1', 'void@2'])
  })

  it('a void with the whole content that comes before its original is not undone by it', async () => {
    expect(words(await hub.push([{ no: 'G1', kg: '5', status: 'void' }]))).toEqual(['voided'])
    expect(words(await hub.push([{ no: 'G1', kg: '5', uploaded: '2024-04-16T00:00:00+08:00' }]))).toEqual([
      'unchanged',
    ])
    expect(await hub.versions('G1')).toEqual(['void@1'])
    const both = await hub.push([
      { no: 'G2', kg: '5', status: 'void' },
      { no: 'G2', kg: '5' },
    ])
    expect(words(both)).toEqual(['voided', 'unchanged'])
    expect(await hub.versions('G2')).toEqual(['void@1'])
  })

  it('a void with the whole content and its original pushed at the same moment end as a void record', async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => `Y${i}`)
    await Promise.all(
      numbers.flatMap((no, i) => {
        const original = () => hub.push([{ no, kg: '5' }])
        const ending = () => hub.push([{ no, kg: '5', status: 'void' }])
        return i % 2 ? [original(), ending()] : [ending(), original()]
      }),
    )
    for (const no of numbers) expect((await hub.versions(no)).at(-1)).toMatch(/^void@/)
  })

  it('content that differs from all that was said brings a void record back to life', async () => {
    await hub.push([{ no: 'G3', kg: '5', status: 'void' }])
    expect(words(await hub.push([{ no: 'G3', kg: '6' }]))).toEqual(['updated'])
    expect(await hub.versions('G3')).toEqual(['void@1', 'active@2'])
  })

  it('a void takes the edges of its record along, because only active versions have edges', async () => {
    await hub.push([{ no: 'F1', cert: 'HGZ1' }])
    await hub.push([{ no: 'F1', status: 'void-kept' }])
    const { rows } = await hub.pool.query(
      `select from_code, to_code, version from lot_edges where to_code = 'doc:F1'`,
    )
    expect(rows).toEqual([{ from_code: 'doc:HGZ1', to_code: 'doc:F1', version: 1 }])
  })
})
