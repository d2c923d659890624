import { expect, test } from 'vitest'
import { isSameLaboratory } from '#core/cases/laboratory.ts'
import type { PartyPart } from '#core/model/parts.ts'

const by = (...testers: readonly Partial<PartyPart>[]) => ({
  parties: testers.map((one) => ({ role: 'tester' as const, ids: [], ...one })),
})
const uscc = (value: string) => ({ scheme: 'cn.uscc', value })
const own = (value: string) => ({ scheme: 'local.lims', value })
const CITY = '杭州市食品检验检测研究院'

test.each([
  ['one code', by({ ids: [uscc('A')] }), by({ ids: [uscc('A')], name: '另一个名称的检测中心' }), true],
  [
    'two codes of one scheme, whatever they are called',
    by({ ids: [uscc('A')], name: CITY }),
    by({ ids: [uscc('B')], name: CITY }),
    false,
  ],
  [
    'codes of two schemes and one name',
    by({ ids: [uscc('A')], name: CITY }),
    by({ ids: [own('1')], name: CITY }),
    true,
  ],
  [
    'codes of two schemes and two names',
    by({ ids: [uscc('A')], name: CITY }),
    by({ ids: [own('1')], name: '浙江省食品检验检测研究院' }),
    false,
  ],
  ['one of several codes', by({ ids: [own('1'), uscc('A')] }), by({ ids: [own('2'), uscc('A')] }), true],
  [
    'a name in full width with blanks',
    by({ name: 'ＳＧＳ 检测（杭州）公司' }),
    by({ name: 'sgs检测(杭州)公司' }),
    true,
  ],
  ['one of two testers', by({ name: CITY }, { name: '浙江省食品检验检测研究院' }), by({ name: CITY }), true],
  ['a name of four characters', by({ name: '省检测院' }), by({ name: '省检测院' }), true],
  ['no name on one side', by({ name: CITY }), by(), false],
  ['no names at all', by(), by(), false],
  ['a name that may be a person’s', by({ name: '王小明' }), by({ name: '王小明' }), false],
  ['a name that is masked', by({ name: '买买*****' }), by({ name: '买买*****' }), false],
  ['a person by its source', by({ name: CITY, personal: true }), by({ name: CITY, personal: true }), false],
  [
    'a citizen’s number',
    by({ ids: [{ scheme: 'cn.idcard.hash', value: 'x' }] }),
    by({ ids: [{ scheme: 'cn.idcard.hash', value: 'x' }] }),
    false,
  ],
])('whether laboratories are the same is told by their codes, else by their names: %s', (_, a, b, same) => {
  expect(isSameLaboratory(a, b)).toBe(same)
  expect(isSameLaboratory(b, a)).toBe(same)
})

test('whose goods were tested, and who inspected, is no laboratory', () => {
  const owner = { parties: [{ role: 'owner' as const, name: CITY, ids: [uscc('A')] }] }
  expect(isSameLaboratory(owner, by({ name: CITY, ids: [uscc('A')] }))).toBe(false)
})
