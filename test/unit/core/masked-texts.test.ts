import { describe, expect, it } from 'vitest'
import { maskedRecord } from '#core/model/masked-record.ts'
import {
  maskedKey,
  maskedNote,
  maskedPlace,
  maskedPlaceInMessage,
  maskedReceiver,
  maskedSubject,
} from '#core/model/masked-texts.ts'
import type { CanonicalRecord } from '#core/model/record.ts'

describe('what stands beside records', () => {
  it('free text is covered whole, nothing stays nothing', () => {
    expect([maskedNote('王小明来电'), maskedNote(''), maskedNote(null)]).toEqual(['***', '', null])
  })

  it.each([
    ['大关湾示例农贸市场', '大关湾示例农贸市场'],
    ['B-045', 'B-045'],
    ['330105012', '330105012'],
    ['王小明', '王**'],
    ['Wang', 'W***'],
    ['13800138000', '138****8000'],
  ])('a place %s is shown as %s', (name, shown) => expect(maskedPlace(name)).toBe(shown))

  it.each([
    ['T,A3', 'T,A3'],
    ['33010900400220000982,,33010300724041500001', '33010900400220000982,,33010300724041500001'],
    ['欧阳建国,A3', '欧***,A3'],
    ['浙F00X00', '浙F****0'],
    ['13800138000', '138****8000'],
  ])('a key %s is shown as %s', (key, shown) => expect(maskedKey(key)).toBe(shown))

  it('places in a message keep their names and lose the values of persons', () => {
    expect(maskedPlaceInMessage('detail[owner=欧阳建国,batch=A3]/kg')).toBe('detail[owner=欧***,batch=A3]/kg')
    expect(maskedPlaceInMessage('/0/prev')).toBe('/0/prev')
  })

  it('a receiver and what a finding is of keep their codes', () => {
    expect(maskedReceiver('place:330105012#王小明')).toBe('place:330105012#王**')
    expect(maskedReceiver('link:0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2')).toContain('link:0b6a1c8e')
    expect(maskedSubject('goods:["王小明","name:番茄","2024-04-15"]')).toBe(
      'goods:["王**","name:番茄","2024-04-15"]',
    )
    expect(maskedSubject('doc:HGZ20240415-7K3M')).toBe('doc:HGZ20240415-7K3M')
  })

  it('a finding names no person in what it is of and says', () => {
    const finding = {
      kind: 'finding',
      subject: 'goods:["王小明","name:番茄","2024-04-15"]',
      sentence: { en: 'More 番茄 left 王小明 on 2024-04-15.', zh: '王小明 2024-04-15 的 番茄 出多于入。' },
      sites: [{ role: 'farm', name: '王小明', ids: [] }],
      note: '王小明说',
    } as unknown as CanonicalRecord
    const text = JSON.stringify(maskedRecord(finding))
    expect(text).not.toContain('王小明')
    expect(text).toContain('番茄')
  })
})
