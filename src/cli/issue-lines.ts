import type { Issue } from '#core/issue.ts'
import { chineseReason } from '#core/mapping/reasons.ts'
import { stopped } from '#core/mapping/words.ts'
import { isPersonalNumber } from '#core/personal.ts'

const LINES_MAX = 50

/**
 * Issues of many records as lines for a person: those with one cause are one line, with the place of the first, how many more there
 * are, why, how to mend it, and what was found. What rejects stands first, then what is most frequent.
 */
export function issueLines(issues: readonly Issue[], zh: boolean): string[] {
  const causes = Map.groupBy(issues, ({ code, target, reason }) => [code, target, reason].join('\n'))
  const rejects = ([first]: readonly Issue[]): number => (first?.code.startsWith('E_') ? 0 : 1)
  return [...causes.values()]
    .sort((one, other) => rejects(one) - rejects(other) || other.length - one.length)
    .slice(0, LINES_MAX)
    .map((same) => line(same, zh))
}

const VALUES_MAX = 5

/** What was found, where an issue may say it and it is no number of a person; each once. */
function valuesOf(issues: readonly Issue[], zh: boolean): string {
  const found = [...new Set(issues.map(({ value = '' }) => value))].filter(
    (value) => value !== '' && !isPersonalNumber(value.trim()),
  )
  if (found.length === 0) return ''
  const shown = found.slice(0, VALUES_MAX).map((value) => (zh ? `“${value}”` : `"${value}"`))
  const more = found.length - shown.length
  return zh
    ? `取值：${shown.join('、')}${more > 0 ? `，另有 ${more} 种` : ''}。`
    : ` Found: ${shown.join(', ')}${more > 0 ? ` and ${more} others` : ''}.`
}

function line([first, ...others]: readonly Issue[], zh: boolean): string {
  if (first === undefined) return ''
  const { code, path, reason, fix } = first
  const more = others.length === 0 ? '' : zh ? `（另有 ${others.length} 处）` : ` (and ${others.length} more)`
  const values = valuesOf([first, ...others], zh)
  const said = [reason, fix].filter((text) => text !== undefined)
  return zh
    ? `${code} ${path}${more}：${said.map((text) => stopped(chineseReason(text), '。')).join('')}${values}`
    : `${code} ${path}${more}: ${said.map((text) => stopped(text, '.')).join(' ')}${values}`
}
