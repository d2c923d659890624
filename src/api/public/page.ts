import {
  documentTitle,
  HOLD_WORDS,
  inLanguage,
  STATE_WORDS,
  VERDICT_WORDS,
  type WordLanguage,
} from '#core/lineage/words.ts'
import type { Bilingual } from '#core/model/field.ts'
import type { PublicAlert, PublicCertificate, PublicStep, PublicTrace } from '#flow/trace/public-trace.ts'
import { framed, type Say, sayIn } from './frame.ts'
import { type Html, type HtmlValue, html } from './html.ts'
import {
  ALERT_WORDS,
  LIKELY_ALERT,
  PAPER_STATE_WORDS,
  PRODUCTION_WORDS,
  RELEASED_SINCE,
  STEP_WORDS,
} from './words.ts'

/** Where a page stands, so that its links lead on from it. */
export interface Where {
  readonly language: WordLanguage
  /** The choice between candidates that the page is of. */
  readonly of?: string | undefined
}

/** Parts of a line with a middle dot between those that are there. */
const joined = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(' · ')

/** The page of a path: goods, warnings and advice first, then the path as a time line, then its papers. Complete without scripts. */
export function tracePage(
  trace: PublicTrace,
  {
    language,
    of,
    hasLabels,
  }: Where & { /** Whether labels can be printed for it. */ readonly hasLabels: boolean },
): string {
  const say = sayIn(language)
  const name = trace.product ?? say('unnamed')
  const path = encodeURIComponent(trace.code)
  const choice = of ? `of=${of}` : ''
  return framed({
    title: name,
    language,
    other: choice ? `?${choice}&` : '?',
    sections: [
      headSection(trace, language),
      pathSection(trace, language),
      trace.certificates.length > 0 && papersSection(trace, language),
    ],
    footer: html`<p>${say('source')}</p><p class="noprint"><a href="/public/v1/trace/${path}${choice && `?${choice}`}">${say('json')}</a>${hasLabels && html` · <a href="/t/${path}/labels${choice && `?${choice}`}">${say('labels')}</a>`}</p>`,
  })
}

function headSection(trace: PublicTrace, language: WordLanguage): Html {
  const say = sayIn(language)
  const facts: readonly (readonly [string, string | undefined])[] = [
    [say('origin'), trace.origin ?? say('notKnown')],
    [say('producer'), trace.producer ?? say('notKnown')],
    [say('market'), trace.market],
    [say('stall'), trace.stall],
    [say('tests'), testsLine(trace, language) || say('notKnown')],
  ]
  return html`<section>
<h1>${trace.product ?? say('unnamed')}</h1>
<p class="code">${say('code')} ${trace.code}</p>
${trace.alerts.length > 0 ? trace.alerts.map((alert) => alertBox(alert, language)) : clearBox(say)}
<div class="advice ${trace.state === 'clear' ? '' : 'warn'}"><h2>${say('advice')}</h2><p>${trace.advice[language]}</p></div>
<dl>
${facts.map(([title, fact]) => fact !== undefined && html`<dt>${title}</dt><dd>${fact}</dd>\n`)}</dl>
</section>`
}

function pathSection(trace: PublicTrace, language: WordLanguage): Html {
  const say = sayIn(language)
  const hasLikely = trace.steps.some(({ likely }) => likely)
  return html`<section>
<h2>${say('path')}</h2>
${trace.steps.length > 0 ? html`<ol class="path">${trace.steps.map((step) => stepLine(step, language))}</ol>` : html`<p>${say('noSteps')}</p>`}
${hasLikely && html`<p class="dim note">${say('likelyMore')}</p>`}${!trace.isComplete && html`<p class="dim note">${say('incomplete')}</p>`}
</section>`
}

function papersSection(trace: PublicTrace, language: WordLanguage): Html {
  const say = sayIn(language)
  const hasExpired = trace.certificates.some(({ state }) => state === 'expired')
  return html`<section>
<h2>${say('papers')} <small>${say('papersOn')}${trace.on}</small></h2>
<ul class="papers">${trace.certificates.map((paper) => paperLine(paper, language))}</ul>
${hasExpired && html`<p class="dim note">${say('expiredMore')}</p>`}
</section>`
}

const clearBox = (say: Say): Html =>
  html`<p class="verdict">${say('clear')}<small>${say('clearMore')}</small></p>`

function alertBox(alert: PublicAlert, language: WordLanguage): Html {
  const paper = alert.type ? documentTitle(alert.type, language) : undefined
  const lines = [
    joined(alert.item, paper, paper ? undefined : alert.product),
    joined(alert.number, alert.date),
  ]
  const title = inLanguage(ALERT_WORDS[alert.kind], language)
  return html`<p class="alert" role="alert">${alert.likely && inLanguage(LIKELY_ALERT, language)}${title}${lines.filter(Boolean).map((line) => html`<small>${line}</small>`)}</p>`
}

const testsLine = (trace: PublicTrace, language: WordLanguage): string =>
  trace.tests
    .map(({ item, verdict, released }) => {
      const told = `${item} ${inLanguage(VERDICT_WORDS[verdict], language)}`
      return released ? `${told}${inLanguage(RELEASED_SINCE, language)}` : told
    })
    .join(language === 'zh' ? '，' : ', ')

function titleOf({ hold, production, kind }: PublicStep): Bilingual {
  if (hold) return HOLD_WORDS[hold]
  return production ? PRODUCTION_WORDS[production] : STEP_WORDS[kind]
}

function stepLine(step: PublicStep, language: WordLanguage): Html {
  const say = sayIn(language)
  const title = titleOf(step)
  const isBad =
    step.isVoid || step.test?.verdict === 'fail' || step.hold === 'stop_sale' || step.hold === 'recall'
  const paper = step.type ? documentTitle(step.type, language) : ''
  const test = step.test ? `${step.test.item} ${inLanguage(VERDICT_WORDS[step.test.verdict], language)}` : ''
  const where = joined(step.party ?? step.place, step.stall && `${say('stall')} ${step.stall}`)
  const dim = [step.number, step.party ? undefined : step.region, step.test ? undefined : step.product]
  return html`<li${isBad && { html: ' class="bad"' }}><b>${inLanguage(title, language)}</b>${step.date && html`<time datetime="${step.date}">${step.date}</time>`}${step.isVoid && html` <span class="tag bad">${say('isVoid')}</span>`}${step.likely && html` <span class="tag plain">${say('likely')}</span>`}
${[paper, test, where].filter(Boolean).map((line) => html`<p>${line}</p>`)}
${dim.filter(Boolean).map((line) => html`<p class="dim">${line}</p>`)}</li>`
}

const TAGS: Partial<Record<PublicCertificate['state'], string>> = {
  valid: 'tag',
  active: 'tag',
  unknown: 'tag plain',
  expired: 'tag plain',
  not_yet_issued: 'tag plain',
}

function paperLine(paper: PublicCertificate, language: WordLanguage): Html {
  const say = sayIn(language)
  const until = paper.validUntil && `${say('validUntil')} ${paper.validUntil}`
  const details: readonly HtmlValue[] = [joined(paper.number, paper.date), until, paper.party].filter(Boolean)
  const state = inLanguage(PAPER_STATE_WORDS[paper.state], language)
  return html`<li><div>${documentTitle(paper.type, language)}${details.map((line) => html`<p class="dim">${line}</p>`)}</div><span class="${TAGS[paper.state] ?? 'tag bad'}">${state}</span></li>`
}

/** How a state is shown in a list. */
export const stateTag = (state: PublicTrace['state'], language: WordLanguage): HtmlValue =>
  state === 'clear'
    ? undefined
    : html`<span class="tag bad">${inLanguage(state === 'test_failed' ? ALERT_WORDS.test_failed : STATE_WORDS[state], language)}</span>`
