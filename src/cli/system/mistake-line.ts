import { cliLanguage } from '#cli/language.ts'
import type { Mistake } from '#core/mapping/mapping.ts'

/** A mistake as one line: `file:line:column target message advice`. */
export function mistakeLine({ path, line, column, target, message, advice }: Mistake): string {
  const language = cliLanguage()
  return `${path}:${line}:${column} ${target ? `${target}: ` : ''}${message[language]} ${advice[language]}`
}
