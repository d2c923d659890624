import { describe, expect, it } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { sniff } from '#adapters/push/sniff/sniff.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { proposeMapping } from '#core/mapping/propose/propose.ts'

async function propose(...lines: string[]) {
  const text = lines.join('\r\n')
  const { read } = await sniff(Buffer.from(text))
  const { records } = await decodeMessage(Buffer.from(text), read)
  const title = { zh: '甲', en: 'A' }
  const proposal = proposeMapping({ system: 'a', record: 'b', title, read, records, sample: 'valid/a.csv' })
  const { mapping, mistakes } = compileMapping({ path: 'b.yaml', text: proposal.mapping })
  const mapped = records.flatMap((record) => mapping?.map(record, { receivedAtMs: 0 }) ?? [])
  return { ...proposal, mistakes, rejected: mapped.filter(({ rejected }) => rejected).length }
}

describe('a cooperative that writes its times as people say them', () => {
  it('its harvest is one: the batch numbers it, and its producer is one party', async () => {
    const { kind, mapping, mistakes, rejected } = await propose(
      '采收批号,基地名称,品名,采收时间,重量,单位,生产者名称,信用代码',
      'CS20260301,一号基地,番茄,2026年3月5日 14:30,12.5,公斤,示例专业合作社,91330502MA2D1E2F3G',
      'CS20260302,一号基地,青菜,2026年3月6日 9:05,30,公斤,示例专业合作社,91330502MA2D1E2F3G',
    )
    expect(kind).toBe('production')
    expect(mistakes).toEqual([])
    expect(rejected).toBe(0)
    expect(mapping).toContain('key: [采收批号]')
    expect(mapping).toContain("occurredAt: { from: 采收时间, date: ['yyyy年M月d日 H:mm'] }")
    expect(mapping).toContain(
      'parties.producer: { code: { from: 信用代码, scheme: cn.uscc }, name: 生产者名称 }',
    )
    expect(mapping).not.toContain('parties.issuer')
  })

  it('its certificates are numbered by themselves', async () => {
    const { kind, mapping, rejected } = await propose(
      '合格证编号,采收批号,生产者名称,承诺依据,开具时间,品名,重量',
      'HGZ20260301-AB1,CS20260301,示例专业合作社,"1,2",2026年3月5日 15:30,番茄,12',
      'HGZ20260302-AB2,CS20260302,示例专业合作社,1,2026年3月6日 15:30,番茄,12',
    )
    expect([kind, rejected]).toEqual(['document', 0])
    expect(mapping).toContain('key: [合格证编号]')
  })

  it('its dispatch names who receives, and its region is not that of the market for which it leaves', async () => {
    const { kind, mapping, rejected } = await propose(
      '发货单号,采收批号,发货时间,收货商户,收货市场编码,品名,重量,合格证编号',
      'FH20260301,CS20260301,2026年3月5日 16:30,示例商行,330825011,番茄,12,HGZ20260301-AB1',
      'FH20260302,CS20260302,2026年3月6日 16:30,示例商行,330825011,番茄,12,HGZ20260302-AB2',
    )
    expect([kind, rejected]).toEqual(['dispatch', 0])
    expect(mapping).toContain('parties.buyer: { name: 收货商户 }')
    expect(mapping).not.toMatch(/^ *region:/m)
  })
})
