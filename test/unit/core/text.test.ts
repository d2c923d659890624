import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cleanName,
  hasForbiddenCharacter,
  isMojibake,
  isPrecisionLost,
  normaliseCode,
  normaliseKey,
} from '#core/text.ts'

describe('a code', () => {
  it.each([
    ['33010501217041600047', '33010501217041600047'],
    ['  0123 4567\t', '01234567'],
    ['ＨＧＺ２０２４０４１５－７ｋ３ｍ', 'HGZ20240415-7K3M'],
    ['zj-rp-0415088', 'ZJ-RP-0415088'],
    ['11010519491231002x', '11010519491231002X'],
    ['\ufeff3308\u200b00\u00a00217\u3000', '3308000217'],
    ['浙食证0001', '浙食证0001'],
    ['', ''],
  ])('%j becomes %j: width, blanks and case go, leading zeros and hyphens stay', (raw, code) => {
    expect(normaliseCode(raw)).toBe(code)
  })

  it('normalised twice is the same, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const once = normaliseCode(raw)
        expect(normaliseCode(once)).toBe(once)
      }),
    )
  })

  it('written in full width and with blanks anywhere is the same code', () => {
    const ascii = fc.string({ unit: fc.constantFrom(...'0123456789ABCXYZ-'), maxLength: 24 })
    fc.assert(
      fc.property(
        ascii,
        fc.constantFrom(' ', '\u3000', '\u00a0', '\u200b', '\t'),
        fc.nat(24),
        (code, blank, at) => {
          const wide = code.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))
          expect(normaliseCode(wide.slice(0, at) + blank + wide.slice(at))).toBe(code)
          expect(normaliseCode(code.toLowerCase())).toBe(code)
        },
      ),
    )
  })
})

describe('a name', () => {
  it.each([
    ['\u3000龙游示例\u3000合作社 \u00a0', '龙游示例 合作社'],
    ['\u200b阿庆示例肉铺\ufeff', '阿庆示例肉铺'],
    ['Longyou   farm', 'Longyou farm'],
    [' x', 'x'],
    ['x ', 'x'],
    ['a b', 'a b'],
    ['   ', ''],
    ['', ''],
    ['ＡＢＣ１２３', 'ＡＢＣ１２３'],
  ])('%j becomes %j: blanks are tidied, characters stay as written', (raw, name) => {
    expect(cleanName(raw)).toBe(name)
  })
})

describe('a field name', () => {
  it.each([
    ['PBNumber', 'pbnumber'],
    ['ＰＢＮＵＭＢＥＲ ', 'pbnumber'],
    ['\ufeff编号', '编号'],
    ['creat_time', 'creat_time'],
    [' 数量以及单位\u3000', '数量以及单位'],
  ])('%j is compared as %j', (raw, key) => {
    expect(normaliseKey(raw)).toBe(key)
  })
})

describe('destroyed text is found', () => {
  it.each([
    ['示例\ufffd\ufffd摊', 'replacement characters'],
    ['锟斤拷锟斤拷', 'replacement characters read as GBK'],
    ['烫烫烫烫', 'unwritten memory'],
    ['屯屯屯', 'unwritten heap'],
    ['ï¿½ï¿½示例', 'replacement character read as Latin-1'],
    ['æµ™æ±Ÿçœ', 'UTF-8 浙江省 read as Windows-1252'],
    ['æ\u0096¤', 'UTF-8 斤 read as Latin-1'],
    ['Ã¦ÂµÂ™', 'encoded twice'],
    ['ÕãÎ÷', 'GBK read as Latin-1'],
    ['娴欐睙鐪佽。宸炲競', 'UTF-8 浙江省衢州市 read as GBK'],
    ['绉€鑻辩ず渚', 'UTF-8 read as GBK and cut'],
    ['????养殖场', 'question marks before what was left'],
    ['示例??市场', 'question marks inside'],
    ['????', 'nothing but question marks'],
    ['????(??)', 'question marks and punctuation'],
  ])('%j (%s)', (text) => {
    expect(isMojibake(text)).toBe(true)
  })
})

describe('ordinary text is not called destroyed', () => {
  it.each([
    '浙江省衢州市龙游县溪口镇',
    '河南省濮阳市、漯河市',
    '真的吗??',
    '什么??我不知道',
    'What??',
    '?',
    '公斤拷贝',
    '138××××1234',
    '张××××',
    '··········',
    '25°C ± 0.5',
    '（见附页）',
    'café “Noël”, São João',
    'naïve façade…”',
    'Ærøskøbing Ålesund Þór',
    '烫',
    '５０㎏×２０箱',
    '𠮷野家 鱻',
    'https://hgz.example.cn/c/HGZ?a=1&b=2',
    '',
  ])('%j', (text) => {
    expect(isMojibake(text)).toBe(false)
  })

  // The characters of names, products and places, with the common ones of GB 2312 level 1 between.
  const common =
    '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严龙飞'
  it('no sentence of common Chinese characters, digits and letters', () => {
    const text = fc.string({
      unit: fc.constantFrom(...common, ...'0123456789ABCabc ，。、（）-/'),
      maxLength: 60,
    })
    fc.assert(
      fc.property(text, (sentence) => void expect(isMojibake(sentence)).toBe(false)),
      { numRuns: 2_000 },
    )
  })

  it('no printable ASCII without doubled question marks', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void expect(isMojibake(text.replaceAll('??', '?').replaceAll('??', '?'))).toBe(false),
      ),
    )
  })
})

describe('UTF-8 read in a wrong character set is found', () => {
  const name = fc.string({
    unit: fc.constantFrom(...'浙江省杭州市拱墅区示例农贸场蔬菜合作社'),
    minLength: 3,
    maxLength: 12,
  })
  it.each(['windows-1252', 'gbk'])('whatever the name, read as %s', (charset) => {
    const decoder = new TextDecoder(charset)
    fc.assert(
      fc.property(
        name,
        (text) => void expect(isMojibake(decoder.decode(new TextEncoder().encode(text)))).toBe(true),
      ),
    )
  })
})

describe('a code that lost digits', () => {
  it.each([
    '3.30106E+19',
    '3.308E+09',
    '3e+19',
    '33010500000000000000',
    '3301050000000000',
    '33060300100100000',
  ])('%s is found', (text) => expect(isPrecisionLost(text)).toBe(true))
  it.each([
    '33060300100120000157',
    '330105000000000',
    '3308000217',
    'HGZ20240415-7K3M',
    '1E5',
    'E+5',
    '12E+5',
    '',
    '300000',
  ])('%j is whole', (text) => expect(isPrecisionLost(text)).toBe(false))
})

describe('text that cannot be stored', () => {
  it('is text with NUL or half a surrogate pair, and no other', () => {
    expect(hasForbiddenCharacter('a\0b')).toBe(true)
    expect(hasForbiddenCharacter('a\ud842b')).toBe(true)
    expect(hasForbiddenCharacter('\udfb7')).toBe(true)
    expect(hasForbiddenCharacter('𠮷野家')).toBe(false)
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        (text) => void expect(hasForbiddenCharacter(text)).toBe(text.includes('\0')),
      ),
    )
  })
})
