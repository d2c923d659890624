import { cliLanguage } from '#cli/language.ts'
import type { Mistake } from '#core/mapping/mapping.ts'
import { stopped } from '#core/mapping/words.ts'

/** A mistake as one line: `file:line:column target message advice`. */
export function mistakeLine({ path, line, column, target, message, advice }: Mistake): string {
  const language = cliLanguage()
  const said =
    language === 'zh' ? stopped(message.zh, '。') + advice.zh : `${stopped(message.en, '.')} ${advice.en}`
  return `${path}:${line}:${column} ${target ? `${target}: ` : ''}${said}`
}
