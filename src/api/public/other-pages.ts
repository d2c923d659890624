import { documentTitle, inLanguage, type WordLanguage } from '#core/lineage/words.ts'
import type { PublicCandidates } from '#flow/trace/public-trace.ts'
import { framed, sayIn } from './frame.ts'
import { html } from './html.ts'
import { stateTag } from './page.ts'
import { CANDIDATE_WORDS, FAILURE_WORDS } from './words.ts'

/** What looks like a code is said back, so that it can be compared with the label; a name or a telephone number is not. */
const IS_CODE = /^(?!(\+?86)?1[3-9]\d{9}$)(?!\d{6}(19|20)?\d{9}[\dX]?$)[\w\-.:/ ]{1,64}$/i

/** The page for a code that nothing is known of. */
export function unknownPage(code: string, language: WordLanguage): string {
  const say = sayIn(language)
  return framed({
    title: say('unknownTitle'),
    language,
    other: '?',
    sections: [
      html`<section>
<h1>${say('unknownTitle')}</h1>
${IS_CODE.test(code) && html`<p class="code">${say('code')} ${code}</p>`}
<p>${say('unknownText')}</p>
<div class="advice"><h2>${say('advice')}</h2><p>${say('unknownAdvice')}</p></div>
</section>`,
    ],
    footer: html`<p>${say('source')}</p>`,
  })
}

/** The page for a code that several goods have. */
export function candidatesPage({ code, candidates }: PublicCandidates, language: WordLanguage): string {
  const say = sayIn(language)
  return framed({
    title: say('chooseTitle'),
    language,
    other: '?',
    sections: [
      html`<section>
<h1>${say('chooseTitle')}</h1>
<p class="code">${say('code')} ${code}</p>
<p>${say('chooseText')}</p>
<ul class="choices">${candidates.map(({ of, kind, type, product, date, place, state }) => {
        const title = product ?? (type ? documentTitle(type, language) : say('unnamed'))
        const details = [inLanguage(CANDIDATE_WORDS[kind], language), date, place].filter(Boolean)
        return html`<li><a href="?of=${of}"><b>${title}</b>${stateTag(state, language)}<span>${details.join(' · ')}</span></a></li>`
      })}</ul>
</section>`,
    ],
    footer: html`<p>${say('source')}</p>`,
  })
}

/** A failure in both languages, because nothing is known of the reader but that he is in a hurry. */
export function failurePage(status: number): string {
  const [en, zh] =
    FAILURE_WORDS[status as keyof typeof FAILURE_WORDS] ?? FAILURE_WORDS[status < 500 ? 400 : 500]
  return framed({
    title: zh,
    language: 'zh',
    sections: [
      html`<section>
<h1>${zh}</h1>
<p lang="en">${en}</p>
</section>`,
    ],
  })
}
