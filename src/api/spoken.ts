import type { FastifyRequest } from 'fastify'
import type { Issue } from '#core/issue.ts'
import { chineseReason, inChinese } from '#core/mapping/reasons.ts'
import type { Receipt, SourceResult } from '#core/receipt.ts'
import { type Language, languageOf } from './language.ts'

/** The language of an answer. */
export const spokenIn = ({ headers }: FastifyRequest, otherwise: Language): Language =>
  languageOf(headers['accept-language'], otherwise)

/** Issues in the language of the caller: they are kept in English, and known reasons and fixes have a Chinese twin. */
export function spokenIssues(issues: readonly Issue[], language: Language): readonly Issue[] {
  return language === 'en' ? issues : issues.map(inChinese)
}

/** Reasons behind their codes in the language of the caller. */
export function spokenReasons<T extends { readonly reason: string }>(
  told: readonly T[],
  language: Language,
): readonly T[] {
  return language === 'en' ? told : told.map((one) => ({ ...one, reason: chineseReason(one.reason) }))
}

/** What a problem says beside its title: of a message that cannot be read it is the reason of its issue, with the place behind it. */
export function spokenDetail(detail: string, issues: readonly Issue[], language: Language): string {
  if (language === 'en') return detail
  const [issue] = issues
  return issue && detail === `${issue.reason} (${issue.path})`
    ? `${chineseReason(issue.reason)}（${issue.path}）`
    : chineseReason(detail)
}

/** A receipt with its issues in the language of the caller; most have none and stay as they are. */
export function spokenReceipt(receipt: Receipt, language: Language): Receipt {
  if (language === 'en') return receipt
  const { results, completed, problem } = receipt
  if (!results.some(hasIssues) && !completed?.some(hasIssues) && !problem) return receipt
  const [said] = problem ? spokenIssues([problem], language) : []
  return {
    ...receipt,
    results: results.map(spoken),
    ...(completed ? { completed: completed.map(spoken) } : {}),
    ...(said ? { problem: said } : {}),
  }
}

const hasIssues = ({ issues }: Pick<SourceResult, 'issues'>): boolean => issues !== undefined

const spoken = <T extends Pick<SourceResult, 'issues'>>(result: T): T =>
  result.issues ? { ...result, issues: spokenIssues(result.issues, 'zh') } : result
