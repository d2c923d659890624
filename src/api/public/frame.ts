import { CONTENT_POLICY } from '#api/headers.ts'
import { inLanguage, type WordLanguage } from '#core/lineage/words.ts'
import { type HtmlValue, html } from './html.ts'
import { STYLE } from './style.ts'
import { WORDS } from './words.ts'

export type Say = (word: keyof typeof WORDS) => string
export const sayIn =
  (language: WordLanguage): Say =>
  (word) =>
    inLanguage(WORDS[word], language)

const CLOSED = CONTENT_POLICY.page(STYLE)

/** Headers of a page: it loads nothing and runs nothing. A sheet of labels shows the hub's own QR code. */
export const PAGE_POLICY = { page: CLOSED, labels: `${CLOSED}; img-src 'self'` } as const

export interface Frame {
  readonly title: string
  readonly language: WordLanguage
  readonly sections: readonly HtmlValue[]
  /** Address of the page in the other language; absent where the page speaks both. */
  readonly other?: string
  /** Lines of the footer. */
  readonly footer?: HtmlValue
}

/** A whole page around its sections. */
export function framed({ title, language, sections, other, footer }: Frame): string {
  const say = sayIn(language)
  const otherLanguage = language === 'zh' ? 'en' : 'zh'
  const otherTag = language === 'zh' ? 'en' : 'zh-CN'
  const { html: text } = html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}" class="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${title} · ${say('title')}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<header><div><strong>${say('title')}</strong>${other && html`<a href="${other}lang=${otherLanguage}" lang="${otherTag}" hreflang="${otherTag}">${say('other')}</a>`}</div></header>
<main>
${sections}
</main>
<footer>${footer}</footer>
</body>
</html>
`
  return text
}
