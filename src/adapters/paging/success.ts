import { AdapterError } from '#adapters/adapter.ts'
import type { AnswerFacts } from './listing.ts'
import { memberPath } from './member.ts'
import type { SuccessSettings } from './settings/success.ts'

export type Judgement = 'ok' | 'auth' | 'retry' | 'failed' | 'missing'

/** What an answer of status 200 says of itself. */
export interface SuccessTest {
  judge(document: AnswerFacts): Judgement
  /** @throws AdapterError for an answer that is no success */
  check(document: AnswerFacts, accessSetting: string): void
}

const SETTING = '/settings/success/path'
/** Only what looks like a code is repeated. */
const CODE = /^[A-Za-z0-9._-]{1,40}$/

/** Null where the source needs none. @throws AdapterError config */
export function successTest(settings: SuccessSettings | undefined): SuccessTest | null {
  if (settings === undefined) return null
  const path = memberPath(settings.path, SETTING)
  const judge = (document: AnswerFacts): Judgement => {
    const found = document.textAt(path)
    if (found === undefined) return 'missing'
    if (settings.ok.includes(found)) return 'ok'
    if (settings.auth?.includes(found)) return 'auth'
    return settings.retry?.includes(found) ? 'retry' : 'failed'
  }
  return {
    judge,
    check(document, accessSetting) {
      const judgement = judge(document)
      if (judgement === 'ok') return
      if (judgement === 'missing')
        throw new AdapterError('source', `the answer has no ${settings.path}`, { setting: SETTING })
      const found = document.textAt(path) ?? ''
      const detail = `the source answers ${settings.path} ${CODE.test(found) ? found : 'of another form'}`
      if (judgement === 'auth') throw new AdapterError('auth', detail, { setting: accessSetting })
      throw new AdapterError(judgement === 'retry' ? 'retry' : 'source', detail)
    },
  }
}
