import { describe, expect, it } from 'vitest'
import { isDitto, isNullToken } from '#core/nulls.ts'

describe('cells that mean nothing', () => {
  it('are the tokens that forms are filled with', () => {
    const tokens = ['', '/', '\\', '-', '—', '无', '暂无', 'null', 'NULL', 'N/A', '0000-00-00']
    for (const token of tokens) expect(isNullToken(token), token).toBe(true)
  })

  it('may have blanks around them or be typed in full width', () => {
    for (const raw of [
      ' ',
      '\u3000',
      '\u00a0',
      '\u200b',
      ' / ',
      '／',
      '\u3000无 ',
      'Ｎ／Ａ',
      '－',
      ' null\t',
    ]) {
      expect(isNullToken(raw), JSON.stringify(raw)).toBe(true)
    }
  })

  it('are not numbers, names or texts that only contain a token', () => {
    for (const raw of ['0', '无锡', '无花果', '-1', '//', 'nullable', '同上', 'A/B', '暂无货']) {
      expect(isNullToken(raw), raw).toBe(false)
    }
  })

  it('can be extended by a source', () => {
    const extra = new Set(['0', '不详'])
    expect(isNullToken('0', extra)).toBe(true)
    expect(isNullToken(' 不详', extra)).toBe(true)
    expect(isNullToken('00', extra)).toBe(false)
  })

  it('are apart from cells that say "as above"', () => {
    expect(isDitto('同上')).toBe(true)
    expect(isDitto(' 同上\u3000')).toBe(true)
    expect(isDitto('〃')).toBe(true)
    expect(isDitto('同上海')).toBe(false)
    expect(isDitto('')).toBe(false)
  })
})
