import {
  documentTitle,
  HOLD_WORDS,
  inLanguage,
  quantityWords,
  STATE_WORDS,
  VERDICT_WORDS,
  type WordLanguage,
} from '#core/lineage/words.ts'
import type { PublicAlert, PublicCertificate, PublicStep, PublicTrace } from '#flow/trace/public-trace.ts'
import { type Html, type HtmlValue, html } from './html.ts'
import { STYLE } from './style.ts'
import { ALERT_WORDS, STEP_WORDS, WORDS } from './words.ts'

type Say = (word: keyof typeof WORDS) => string
const sayIn =
  (language: WordLanguage): Say =>
  (word) =>
    inLanguage(WORDS[word], language)

/** Parts of a line with a middle dot between those that are there. */
const joined = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(' · ')

/** The page of a path: goods and warnings first, then the path as a time line, then its papers. Complete without scripts. */
export function tracePage(trace: PublicTrace, language: WordLanguage): string {
  const say = sayIn(language)
  const name = trace.product ?? say('unnamed')
  return page(name, trace.code, language, [
    html`<section>
<h1>${name}</h1>
<p class="code">${say('code')} ${trace.code}</p>
${trace.alerts.length > 0 ? trace.alerts.map((alert) => alertBox(alert, language)) : clearBox(say)}
<dl>
<dt>${say('origin')}</dt><dd>${trace.origin ?? say('notKnown')}</dd>
<dt>${say('producer')}</dt><dd>${trace.producer ?? say('notKnown')}</dd>
<dt>${say('tests')}</dt><dd>${testsLine(trace, language) || say('notKnown')}</dd>
</dl>
</section>`,
    html`<section>
<h2>${say('path')}</h2>
${trace.steps.length > 0 ? html`<ol class="path">${trace.steps.map((step) => stepLine(step, language))}</ol>` : html`<p>${say('noSteps')}</p>`}
${!trace.isComplete && html`<p class="dim">${say('incomplete')}</p>`}
</section>`,
    trace.certificates.length > 0 &&
      html`<section>
<h2>${say('papers')}</h2>
<ul class="papers">${trace.certificates.map((paper) => paperLine(paper, language))}</ul>
</section>`,
  ])
}

/** The page for a code that nothing is known of. */
export function unknownPage(code: string, language: WordLanguage): string {
  const say = sayIn(language)
  return page(
    say('unknownTitle'),
    code,
    language,
    [
      html`<section>
<h1>${say('unknownTitle')}</h1>
<p class="code">${code.slice(0, 200)}</p>
<p>${say('unknownText')}</p>
</section>`,
    ],
    false,
  )
}

function page(
  title: string,
  code: string,
  language: WordLanguage,
  sections: readonly HtmlValue[],
  hasData = true,
): string {
  const say = sayIn(language)
  const other = language === 'zh' ? 'en' : 'zh'
  const path = encodeURIComponent(code)
  const { html: text } = html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}" class="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${say('title')}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<header><div><strong>${say('title')}</strong><a href="?lang=${other}" lang="${other}">${say('other')}</a></div></header>
<main>
${sections}
</main>
<footer><p>${say('source')}</p>${hasData && html`<p><a href="/public/v1/trace/${path}">${say('json')}</a></p>`}</footer>
</body>
</html>
`
  return text
}

const clearBox = (say: Say): Html =>
  html`<p class="verdict">${say('clear')}<small>${say('clearMore')}</small></p>`

function alertBox(alert: PublicAlert, language: WordLanguage): Html {
  const paper = alert.type ? documentTitle(alert.type, language) : undefined
  const lines = [
    joined(alert.item, paper, paper ? undefined : alert.product),
    joined(alert.number, alert.date),
  ]
  return html`<p class="alert" role="alert">${inLanguage(ALERT_WORDS[alert.kind], language)}${lines.filter(Boolean).map((line) => html`<small>${line}</small>`)}</p>`
}

const testsLine = (trace: PublicTrace, language: WordLanguage): string =>
  trace.tests
    .map(({ item, verdict }) => `${item} ${inLanguage(VERDICT_WORDS[verdict], language)}`)
    .join(language === 'zh' ? '，' : ', ')

function stepLine(step: PublicStep, language: WordLanguage): Html {
  const say = sayIn(language)
  const title = step.hold ? HOLD_WORDS[step.hold] : STEP_WORDS[step.kind]
  const isBad =
    step.isVoid || step.test?.verdict === 'fail' || step.hold === 'stop_sale' || step.hold === 'recall'
  const paper = step.type ? documentTitle(step.type, language) : ''
  const test = step.test ? `${step.test.item} ${inLanguage(VERDICT_WORDS[step.test.verdict], language)}` : ''
  const goods = joined(
    step.test ? undefined : step.product,
    quantityWords(step.quantity, language),
    step.vehicle && `${say('vehicle')} ${step.vehicle}`,
  )
  return html`<li${isBad && { html: ' class="bad"' }}><b>${inLanguage(title, language)}</b>${step.date && html`<time datetime="${step.date}">${step.date}</time>`}${step.isVoid && html` <span class="tag bad">${say('isVoid')}</span>`}
${[paper, test, step.party ?? step.place].filter(Boolean).map((line) => html`<p>${line}</p>`)}
${[step.number, step.party ? undefined : step.region, goods].filter(Boolean).map((line) => html`<p class="dim">${line}</p>`)}</li>`
}

const TAGS: Partial<Record<PublicCertificate['state'], string>> = {
  valid: 'tag',
  active: 'tag',
  unknown: 'tag plain',
}

function paperLine(paper: PublicCertificate, language: WordLanguage): Html {
  const details = [joined(paper.number, paper.date), paper.party].filter(Boolean)
  const state =
    paper.state === 'unknown'
      ? sayIn(language)('notOnRecord')
      : inLanguage(STATE_WORDS[paper.state], language)
  return html`<li><div>${documentTitle(paper.type, language)}${details.map((line) => html`<p class="dim">${line}</p>`)}</div><span class="${TAGS[paper.state] ?? 'tag bad'}">${state}</span></li>`
}
