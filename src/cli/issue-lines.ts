import type { Issue } from '#core/issue.ts'
import { chineseReason } from '#core/mapping/reasons.ts'
import { stopped } from '#core/mapping/words.ts'

const LINES_MAX = 50

/**
 * Issues of many records as lines for a person: those with one cause are one line, with the place of the first, how many more there
 * are, why, and how to mend it. What rejects stands first, then what is most frequent.
 */
export function issueLines(issues: readonly Issue[], zh: boolean): string[] {
  const causes = Map.groupBy(issues, ({ code, target, reason }) => [code, target, reason].join('\n'))
  const rejects = ([first]: readonly Issue[]): number => (first?.code.startsWith('E_') ? 0 : 1)
  return [...causes.values()]
    .sort((one, other) => rejects(one) - rejects(other) || other.length - one.length)
    .slice(0, LINES_MAX)
    .map((same) => line(same, zh))
}

function line([first, ...others]: readonly Issue[], zh: boolean): string {
  if (first === undefined) return ''
  const { code, path, reason, fix } = first
  const more = others.length === 0 ? '' : zh ? `（另有 ${others.length} 处）` : ` (and ${others.length} more)`
  const said = [reason, fix].filter((text) => text !== undefined)
  return zh
    ? `${code} ${path}${more}：${said.map((text) => stopped(chineseReason(text), '。')).join('')}`
    : `${code} ${path}${more}: ${said.map((text) => stopped(text, '.')).join(' ')}`
}
