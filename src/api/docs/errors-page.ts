import type { Language } from '#api/language.ts'
import { ERRORS } from '#core/errors.ts'

export const ERRORS_STYLE = `body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.5rem}section{border-top:1px solid #ddd;padding:.6rem 0}section:target{background:#fff7d6}
h2{font:600 1.05rem ui-monospace,monospace;margin:.3rem 0}p{margin:.2rem 0}.s{color:#666}`

const WORDS = {
  zh: {
    title: '错误代码',
    status: 'HTTP 状态',
    act: '由谁处理',
    actors: {
      sender: '发送方',
      'mapping author': '映射维护者',
      receiver: '接收方',
      operator: '运维人员',
      nobody: '稍后重试即可',
    },
  },
  en: {
    title: 'Errors',
    status: 'HTTP status',
    act: 'Who must act',
    actors: {
      sender: 'the sender',
      'mapping author': 'the author of the mapping',
      receiver: 'the receiver',
      operator: 'the operator',
      nobody: 'nobody: try again later',
    },
  },
} as const

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The page that the `type` of a problem points to: every error with what to do about it. */
export function errorsPage(language: Language): string {
  const words = WORDS[language]
  const sections = Object.entries(ERRORS).map(
    ([code, { status, actor, title, fix }]) => `<section id="${code}"><h2>${code}</h2>
<p><strong>${escaped(title[language])}</strong></p><p>${escaped(fix[language])}</p>
<p class="s">${words.status} ${status} · ${words.act}: ${words.actors[actor]}</p></section>`,
  )
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${words.title} · Trace Hub</title>
<style>${ERRORS_STYLE}</style></head><body><h1>${words.title}</h1>
${sections.join('\n')}
</body></html>
`
}
