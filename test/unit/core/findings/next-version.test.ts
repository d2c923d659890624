import { expect, test } from 'vitest'
import type { FindingDraft } from '#core/findings/draft.ts'
import { actedVersion, nextVersion } from '#core/findings/next-version.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import type { Body } from '#core/model/body.ts'

const NOW = Date.parse('2024-04-15T08:00:00+08:00')
const NAMES = {
  goods: '番茄',
  site: '甲市场',
  day: '2024-04-15',
  opening: '10',
  unit: { en: 'kg', zh: '千克' },
}
const draft = (came: string, over: string, holds: boolean): FindingDraft => ({
  kind: 'balance_off',
  subject: 'goods:1',
  holds,
  about: { region: { code: '330802', year: 2024 } },
  numbers: [
    { name: 'in', value: came },
    { name: 'difference', value: over },
  ],
  sentence: sentenceOf('goods_over', { ...NAMES, in: came, out: '30', over }),
  evidence: [],
})
const found = nextVersion(null, draft('0', '20', true), NOW) as Body
const resolved = nextVersion(found, draft('25', '-5', false), NOW) as Body

test('a finding that is no longer so says that, and what had been found, beside the figures of now', () => {
  expect(resolved).toMatchObject({ state: 'resolved', numbers: [{ value: '25' }, { value: '-5' }] })
  expect(resolved.sentence?.zh).toBe(`按现有记录已不成立。原发现：${found.sentence?.zh}`)
  expect(resolved.sentence?.en).toBe(`No longer so, by what is known now. Found was: ${found.sentence?.en}`)
})

test('one that an official opened again and the hub resolves again says so once, and one that is so again says what is so', () => {
  const reopened = actedVersion(resolved, { event: 'reopen' }, NOW) as Body
  expect(nextVersion(reopened, draft('25', '-5', false), NOW)?.sentence).toEqual(resolved.sentence)
  expect(nextVersion(resolved, draft('0', '20', true), NOW)?.sentence).toEqual(found.sentence)
})

test('another role acts in the region of the former one, unless another region is named', () => {
  const assigned = (owner: NonNullable<Body['owner']>) =>
    actedVersion(found, { event: 'assign', owner }, NOW)?.owner
  const region = { code: '330802', year: 2024 }
  expect(assigned({ role: 'agriculture' })).toEqual({ role: 'agriculture', region })
  const other = { role: 'agriculture', region: { code: '330803', year: 2024 } } as const
  expect(assigned(other)).toEqual(other)
})
