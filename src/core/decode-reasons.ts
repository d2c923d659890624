import { RECORD_TWINS } from './decode-twins/record.ts'
import { TEXT_TWINS, type Twins } from './decode-twins/text.ts'
import { WORKBOOK_TWINS } from './decode-twins/workbook.ts'
import { PARSER_TWINS, XML_TWINS } from './decode-twins/xml.ts'
import { twinFinder } from './twin-finder.ts'

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

const whole = twinFinder(
  [...RECORD_TWINS, ...TEXT_TWINS, ...XML_TWINS, ...WORKBOOK_TWINS, ...PARSER_TWINS],
  partOf,
)
const part = twinFinder(PARTS, partOf)

/** The Chinese twin of a reason or fix of the readers of bytes; undefined where there is none. */
export const chineseOfDecoding = (english: string): string | undefined => whole(english)

/** The twin of what stands in a reason in the place of a name or number: a reason itself, or one of a few words. */
export const chineseOfPart = (english: string): string | undefined => whole(english) ?? part(english)

function partOf(english: string): string {
  return chineseOfPart(english) ?? english
}
