import { EVENT_WORDS, STATE_WORDS } from './words.ts'

type Words = Readonly<Record<string, readonly [en: string, zh: string]>>

/** Why an event does not fit the state of a case: codes, as they are sent. */
export const stateReason = (state: string, event: string, from: readonly string[]): string =>
  `a case that is ${state} takes no ${event}; it is possible from ${from.join(', ')}`

const TOLD = /^a case that is (\w+) takes no (\w+); it is possible from (.+)$/u
const said = (words: Words, code: string): string => {
  const word = words[code]?.[1]
  return word === undefined ? code : `${word}（${code}）`
}

/** Its Chinese twin, with the word of each code; undefined for another reason. */
export function chineseOfState(english: string): string | undefined {
  const [, state, event, from] = TOLD.exec(english) ?? []
  if (state === undefined || event === undefined || from === undefined) return undefined
  const states = from.split(', ').map((one) => said(STATE_WORDS, one))
  return `案件状态为${said(STATE_WORDS, state)}，不能进行${said(EVENT_WORDS, event)}；可在${states.join('、')}时进行`
}
