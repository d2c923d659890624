import { RECORD_TWINS } from './decode-twins/record.ts'
import { TEXT_TWINS, type Twins } from './decode-twins/text.ts'
import { WORKBOOK_TWINS } from './decode-twins/workbook.ts'
import { PARSER_TWINS, XML_TWINS } from './decode-twins/xml.ts'

/** Words that stand in the place of `$1` and have a twin there alone. */
const PARTS: Twins = [
  ['a tag', '标签'],
  ['form', '表单'],
  ['envelope', 'SOAP 信封'],
  ['more than $1', '超过 $1'],
  ['missing', '空'],
  ['something else', '其他内容'],
  ['$1 or $2', '$1 或 $2'],
]

const whole = finder([...RECORD_TWINS, ...TEXT_TWINS, ...XML_TWINS, ...WORKBOOK_TWINS, ...PARSER_TWINS])
const part = finder(PARTS)

/** The Chinese twin of a reason or fix of the readers of bytes; undefined where there is none. */
export const chineseOfDecoding = (english: string): string | undefined => whole(english)

/** The twin of what stands in a reason in the place of a name or number: a reason itself, or one of a few words. */
export const chineseOfPart = (english: string): string | undefined => whole(english) ?? part(english)

function finder(twins: Twins): (english: string) => string | undefined {
  const exact = new Map(twins.filter(([en]) => !en.includes('$')))
  const patterns = twins
    .filter(([en]) => en.includes('$'))
    .map(([en, zh]) => {
      const escaped = en.split(/\$\d/u).map((text) => text.replace(/[()*+.?[\\\]^{|}]/gu, '\\$&'))
      return { pattern: new RegExp(`^${escaped.join('(.{1,200})')}$`, 'u'), zh }
    })
  return (english) => {
    const known = exact.get(english)
    if (known !== undefined) return known
    for (const { pattern, zh } of patterns) {
      const found = pattern.exec(english)
      if (found) return zh.replace(/\$(\d)/gu, (_, number: string) => partOf(found[Number(number)] ?? ''))
    }
    return undefined
  }
}

const partOf = (english: string): string => chineseOfPart(english) ?? english
