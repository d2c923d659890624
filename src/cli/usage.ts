import { commands } from './commands.ts'
import { cliLanguage } from './language.ts'
import { nearest } from './nearest.ts'

/** How the command line is used, or one command of it; begins with the mistake when an unknown command was given. */
export function usage(unknown?: string, only?: string): string {
  const language = cliLanguage()
  const lines: string[] = []
  if (unknown !== undefined) {
    const suggestion = nearest(unknown, Object.keys(commands))
    const meant = suggestion
      ? language === 'zh'
        ? `，是否指 ${suggestion}？`
        : `; did you mean ${suggestion}?`
      : ''
    lines.push(
      language === 'zh' ? `没有命令 ${unknown}${meant}` : `There is no command ${unknown}${meant}`,
      '',
    )
  }
  lines.push(language === 'zh' ? '用法：hub <命令>' : 'Usage: hub <command>', '')
  for (const [name, { arguments: rest, about }] of Object.entries(commands)) {
    if (only !== undefined && name !== only) continue
    lines.push(`  ${`hub ${name} ${rest}`.trimEnd()}`, `      ${about[language]}`)
  }
  return lines.join('\n')
}
