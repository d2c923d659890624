import { expect, test } from 'vitest'
import { answersFailure } from '#core/cases/tested-for.ts'

test.each([
  ['毒死蜱', '有机磷和氨基甲酸酯类', true],
  ['农药残留', '毒死蜱', true],
  ['克伦特罗', '瘦肉精', true],
  ['有机磷 ', '有机磷', true],
  ['克百威、毒死蜱', '毒死蜱', true],
  ['镉', '有机磷和氨基甲酸酯类', false],
  ['孔雀石绿', '克伦特罗', false],
  ['氯氰菊酯', '高效氯氰菊酯', false],
  ['毒死蜱', '毒死蜱、克百威', false],
  ['核酸', '克伦特罗', false],
  // Of these nobody knows what they are.
  ['市场检测', '有机磷', true],
  ['某新项目', '某旧项目', true],
  ['毒死蜱', undefined, true],
] as const)('a laboratory that passed %s answers a failed test for %s: %s', (tested, failed, expected) => {
  expect(answersFailure(tested, failed)).toBe(expected)
})
