import { NAMED_TWINS } from './call-twins/named.ts'
import { RIGHT_TWINS } from './call-twins/rights.ts'
import { SETTING_TWINS } from './call-twins/settings.ts'
import { TRANSFER_TWINS } from './call-twins/transfer.ts'
import { WORK_TWINS } from './call-twins/work.ts'
import { chineseOfState } from './cases/state-reason.ts'
import { chineseOfPart } from './decode-reasons.ts'
import { twinFinder } from './twin-finder.ts'

/** All of what calls are refused with; a text of them that is written out whole is meant before any pattern of another list that fits it. */
export const CALL_TWINS = [...RIGHT_TWINS, ...SETTING_TWINS, ...WORK_TWINS, ...TRANSFER_TWINS]

const partOf = (english: string): string => chineseOfPart(english) ?? sentence(english) ?? english
const sentence = twinFinder(CALL_TWINS, partOf)
// The name of something has no blanks; words that have are another sentence.
const named = twinFinder(NAMED_TWINS, partOf, '\\S{1,200}')
const found = (english: string): string | undefined =>
  chineseOfState(english) ?? sentence(english) ?? named(english)

/** `wrong_state: a note has a text`: why something is refused, behind its code; there may be several. */
const CODED = /^([a-z]+(?:_[a-z]+)*): (.+)$/u

/** Between two of them: a sentence may have such a sign of its own. */
const NEXT = /; (?=[a-z]+(?:_[a-z]+)*: )/u

/** The Chinese twin of why a call is refused; undefined where there is none. */
export function chineseOfCall(english: string): string | undefined {
  const whole = found(english)
  if (whole !== undefined) return whole
  const told = english.split(NEXT).map((one) => CODED.exec(one) ?? [])
  const twins = told.map(([, code, reason = '']) => {
    const twin = found(reason)
    return twin && `${code}：${twin}`
  })
  return twins.every((twin) => twin !== undefined) ? twins.join('；') : undefined
}
