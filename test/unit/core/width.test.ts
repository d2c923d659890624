import { describe, expect, it } from 'vitest'
import { foldWidth } from '#core/width.ts'

describe('the width of characters', () => {
  it('is folded for letters, digits, signs, blanks and the squares of mass', () => {
    expect(foldWidth('５０ｋｇ＊２，４．０（Ａ）')).toBe('50kg*2,4.0(A)')
    expect(foldWidth('a\u3000b\u00a0c\u2009d')).toBe('a b c d')
    expect(foldWidth('\ufeff1\u200b2\u20603')).toBe('123')
    expect(foldWidth('−5㎏')).toBe('-5kg')
    expect(foldWidth('㎎')).toBe('mg')
  })

  it('makes no digit of a sign that is none, and leaves names as they are', () => {
    for (const text of ['5²', '①', '½', '示例菜行', '', 'kg 1.5']) expect(foldWidth(text)).toBe(text)
  })
})
