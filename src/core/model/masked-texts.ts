import { cover, maskName } from '#core/mask.ts'
import { isPersonalSite } from '#core/personal.ts'
import { coverNumbers } from '#core/personal-numbers.ts'
import { OWN_SYSTEM } from './own-system.ts'

/** What stands in the place of a text of which nobody knows what is in it; its length would tell something too. */
export const COVERED = '***'
const PLATES =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][ ·-]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])/g
/** Codes have digits, or are a sign or two; whatever else is written may be a name. */
const CODE = /^(?=.*\d|.{0,2}$)[\x21-\x7e]*$/
/** By which code or name the goods, a place or a base are called behind `name=`, inside brackets. */
const NAMED = /([[,][\w.-]{1,64}=)([^,\]]*)/g

/** What the hub says itself of a test that answers no objection. */
export const SAME_LABORATORY =
  '与初检机构相同，不作为复检结论，由监管人员决定 · of the laboratory whose own result stands: no answer to it, an official decides'

/** Free text, in which anything may stand; nothing stays nothing, and what the hub says itself names nobody. */
export const maskedNote = (text: string | null): string | null =>
  text === null || text === '' || text === SAME_LABORATORY ? text : COVERED

/** The words of the hub itself in a cause; what an official gave as the reason stands behind the second. */
export const FAILED_TEST = '检测不合格 · failed test:'
export const ORDERED = '监管部门责令停售 · ordered by the authority:'

/** The cause of a hold, by the system that told it: what the hub made of a test stays, what a person wrote does not. */
export function maskedCause(cause: string, system: string): string {
  if (system !== OWN_SYSTEM) return COVERED
  if (cause.startsWith(FAILED_TEST)) return coverNumbers(cause)
  return cause.startsWith(ORDERED) ? `${ORDERED} ${COVERED}` : COVERED
}

/** The name or number of a place or stall, which may be called by its keeper. */
export const maskedPlace = (name: string | null): string | null =>
  name === null ? null : !CODE.test(name) && isPersonalSite({ name }) ? maskName(name) : coverNumbers(name)

const PLACE = 'place:'
/** Who is told of a hold: a link, or a place with its stall (`place:330105012#B-045`). */
export const maskedReceiver = (receiver: string): string =>
  receiver.startsWith(PLACE)
    ? `${PLACE}${receiver.slice(PLACE.length).split('#').map(maskedPlace).join('#')}`
    : receiver

const GOODS = 'goods:'
/** The place in what a finding is of (`goods:["<place>","<goods>","<day>"]`); null where it is of something else. */
export const siteOfSubject = (subject: string): string | null =>
  subject.startsWith(GOODS) ? ((JSON.parse(subject.slice(GOODS.length)) as string[])[0] ?? null) : null

/** What a finding is of, the place in it masked. */
export function maskedSubject(subject: string): string {
  if (!subject.startsWith(GOODS)) return coverNumbers(subject)
  const [site = '', ...rest] = JSON.parse(subject.slice(GOODS.length)) as string[]
  return `${GOODS}${JSON.stringify([maskedPlace(site), ...rest])}`
}

/** Values by which parts of a source record are joined, divided by commas: codes stay, what may be a name is masked. */
export const maskedKey = (key: string): string => key.split(',').map(maskedValue).join(',')

/** A place in a message, with the values by which its base was found (`detail[batch=A1]`) masked. */
export const maskedPlaceInMessage = (place: string): string =>
  place.replaceAll(NAMED, (_, name: string, value: string) => `${name}${maskedValue(value)}`)

const maskedValue = (value: string): string => {
  const covered = coverNumbers(value).replaceAll(PLATES, (plate) => cover(plate, [2, 1]))
  return CODE.test(covered) || covered !== value ? covered : (maskedPlace(value) ?? '')
}
