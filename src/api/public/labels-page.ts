import type { WordLanguage } from '#core/lineage/words.ts'
import type { PublicTrace } from '#flow/trace/public-trace.ts'
import { framed, sayIn } from './frame.ts'
import { html } from './html.ts'

/** A sheet of labels for a stall: three in a row, eight rows on A4 (70 × 37 mm), each with the goods, where they are from and the QR code. */
export function labelsPage(
  trace: PublicTrace,
  { language, of, count }: { language: WordLanguage; of?: string | undefined; count: number },
): string {
  const say = sayIn(language)
  const picture = `/t/${encodeURIComponent(trace.code)}/qr.svg${of ? `?of=${of}` : ''}`
  const label = html`<li><img src="${picture}" alt="QR ${trace.code}" width="100" height="100"><div><b>${trace.product ?? say('unnamed')}</b>${[trace.origin, trace.producer, trace.stall && `${say('stall')} ${trace.stall}`].filter(Boolean).map((line) => html`<p>${line}</p>`)}<p class="number">${trace.code}</p><p>${say('scan')}</p></div></li>`
  return framed({
    title: trace.product ?? say('unnamed'),
    language,
    sections: [
      html`<h1 class="noprint">${say('labels')}</h1>
<ul class="labels">${Array.from({ length: count }, () => label)}</ul>`,
    ],
  })
}
