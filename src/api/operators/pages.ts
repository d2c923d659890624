import type { Language } from '#api/language.ts'
import { type Html, html } from '#api/public/html.ts'
import { qrSvg } from '#api/public/qr.ts'
import type { EnrolFault } from '#flow/operators/enrol.ts'
import { PASSWORD_MIN } from '#flow/operators/password.ts'
import type { SessionHolder } from '#store/operator-sessions.ts'
import { WORDS } from './words.ts'

export const OPERATOR_STYLE = `:root{color-scheme:light dark}*{box-sizing:border-box}
body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:.2rem 0 1rem}label{display:block;margin:.9rem 0 .2rem;font-weight:600}
input{font:inherit;width:100%;padding:.55rem .7rem;border:1px solid #8886;border-radius:.4rem;background:transparent;color:inherit}
button,.button{display:inline-block;font:inherit;font-weight:600;margin:1.2rem .6rem 0 0;padding:.55rem 1.2rem;border:1px solid #1a6b3c;border-radius:.4rem;background:#1a6b3c;color:#fff;cursor:pointer;text-decoration:none}
button.plain{background:transparent;color:inherit;border-color:#8886}.bad{border-left:.25rem solid #b3261e;padding:.4rem .7rem;background:#b3261e1a}
.dim{opacity:.75;font-size:.9rem;margin:.3rem 0}code{font:.95rem ui-monospace,monospace;overflow-wrap:anywhere}nav{margin-top:1.6rem;display:grid;gap:.4rem}
svg{display:block;max-width:100%;height:auto;margin:.8rem auto;border-radius:.4rem}ul.codes{columns:12.5rem 2;padding:0;list-style:none}a{color:#1a6b3c}
@media(prefers-color-scheme:dark){a{color:#7fd0a0}}`

const whole = (language: Language, title: string, body: Html, head?: Html): string =>
  html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">${head}
<title>${title} · Trace Hub</title><link rel="icon" href="data:,"><style>${{ html: OPERATOR_STYLE }}</style></head><body>
<main><h1>${title}</h1>
${body}
</main></body></html>
`.html

const said = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<p class="bad" role="alert">${text}</p>`

/** What stands above the form when an attempt did not succeed. */
export type SignInFault =
  | { readonly kind: 'wrong' | 'many' | 'provider' | 'insecure' }
  | { readonly kind: 'wait'; readonly waitMs: number }

function faultText(language: Language, fault: SignInFault | null): string | undefined {
  const words = WORDS[language]
  if (fault === null) return undefined
  if (fault.kind === 'wait') return words.wait(Math.ceil(fault.waitMs / 1000))
  return { wrong: words.wrong, many: words.many, provider: words.providerFailed, insecure: words.insecure }[
    fault.kind
  ]
}

export function signInPage(
  language: Language,
  { fault, hasProvider }: { readonly fault: SignInFault | null; readonly hasProvider: boolean },
): string {
  const words = WORDS[language]
  const form = html`<form method="post" action="/admin/sign-in">
<label for="name">${words.name}</label><input id="name" name="name" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus>
<label for="password">${words.password}</label><input id="password" type="password" name="password" required maxlength="200" autocomplete="current-password">
<label for="code">${words.code}</label><input id="code" name="code" required maxlength="40" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" aria-describedby="hint">
<p class="dim" id="hint">${words.codeHint}</p><button>${words.enter}</button></form>
${hasProvider && html`<p><a class="button" href="/admin/oidc">${words.byProvider}</a></p>`}`
  return whole(
    language,
    words.signIn,
    html`${said(faultText(language, fault))}${fault?.kind !== 'insecure' && form}
<nav><a href="/admin/enrol">${words.toEnrol}</a><a href="/admin/jobs">${words.byKey}</a></nav>`,
  )
}

/** The first page of enrolling: who, and by which code. */
export function enrolPage(language: Language, fault: 'code' | 'insecure' | 'many' | null): string {
  const words = WORDS[language]
  const text = { code: words.faults.code, insecure: words.insecure, many: words.many }
  return whole(
    language,
    words.enrol,
    html`${said(fault === null ? undefined : text[fault])}<form method="post" action="/admin/enrol">
<label for="name">${words.name}</label><input id="name" name="name" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false">
<label for="code">${words.enrolCode}</label><input id="code" name="code" required maxlength="60" autocomplete="off" autocapitalize="characters" spellcheck="false">
<button>${words.go}</button></form><nav><a href="/admin/sign-in">${words.toSignIn}</a></nav>`,
  )
}

/** The second page: the authenticator, and a password. */
export function authenticatorPage(
  language: Language,
  shown: {
    readonly name: string
    readonly code: string
    readonly otpauth: string
    readonly fault: EnrolFault | null
  },
): string {
  const words = WORDS[language]
  const secret = new URL(shown.otpauth).searchParams.get('secret') ?? ''
  return whole(
    language,
    words.enrol,
    html`${said(shown.fault === null ? undefined : words.faults[shown.fault])}<p>${words.scan}</p>
${{ html: qrSvg(shown.otpauth, { size: 220, margin: 4 }) }}<p><code>${(secret.match(/.{1,4}/g) ?? []).join(' ')}</code></p>
<form method="post" action="/admin/enrol"><input name="name" value="${shown.name}" autocomplete="username" readonly hidden><input type="hidden" name="code" value="${shown.code}">
<label for="password">${words.newPassword}</label><input id="password" type="password" name="password" required minlength="${PASSWORD_MIN}" maxlength="200" autocomplete="new-password" aria-describedby="rule">
<p class="dim" id="rule">${words.rule}</p>
<label for="repeat">${words.repeat}</label><input id="repeat" type="password" name="repeat" required maxlength="200" autocomplete="new-password">
<label for="totp">${words.code}</label><input id="totp" name="totp" required maxlength="10" inputmode="numeric" autocomplete="one-time-code">
<button>${words.finish}</button></form>`,
  )
}

export function recoveryPage(language: Language, codes: readonly string[]): string {
  const words = WORDS[language]
  return whole(
    language,
    words.recovery,
    html`<p>${words.keep}</p><ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<a class="button" href="/admin/sign-in">${words.enter}</a>`,
  )
}

/** Another password, for who shows the old one and a code. */
export function passwordPage(
  language: Language,
  shown: { readonly name: string; readonly fault: SignInFault | keyof (typeof WORDS)['zh']['faults'] | null },
): string {
  const words = WORDS[language]
  const { fault, name } = shown
  const text = typeof fault === 'string' ? words.faults[fault] : faultText(language, fault)
  return whole(
    language,
    words.change,
    html`${said(text)}<form method="post" action="/admin/password"><input name="name" value="${name}" autocomplete="username" readonly hidden>
<label for="password">${words.oldPassword}</label><input id="password" type="password" name="password" required maxlength="200" autocomplete="current-password">
<label for="code">${words.code}</label><input id="code" name="code" required maxlength="40" autocomplete="one-time-code">
<label for="next">${words.newPassword}</label><input id="next" type="password" name="next" required minlength="${PASSWORD_MIN}" maxlength="200" autocomplete="new-password" aria-describedby="rule">
<p class="dim" id="rule">${words.rule}</p>
<label for="repeat">${words.repeat}</label><input id="repeat" type="password" name="repeat" required maxlength="200" autocomplete="new-password">
<button>${words.save}</button></form><nav><a href="/admin">${words.home}</a></nav>`,
  )
}

/** Leads on by itself, without a script: a step within this site, so that the cookie of the session comes along. */
export const onwardPage = (language: Language): string =>
  whole(
    language,
    WORDS[language].home,
    html`<p><a class="button" href="/admin">${WORDS[language].onward}</a></p>`,
    html`<meta http-equiv="refresh" content="0;url=/admin">`,
  )

export function homePage(language: Language, { name, role, isFederated }: SessionHolder): string {
  const words = WORDS[language]
  return whole(
    language,
    words.home,
    html`<p><strong>${name}</strong> · ${words.roles[role]}</p><p>${words.duties[role]}</p>
<nav>${role === 'system' && html`<a href="/admin/jobs">${words.jobs}</a>`}${role === 'audit' && html`<a href="/v1/audit/log">${words.log}</a>`}${!isFederated && html`<a href="/admin/password">${words.change}</a>`}<a href="/docs">${words.docs}</a></nav>
<form method="post" action="/admin/sign-out"><button>${words.leave}</button><button class="plain" name="everywhere" value="1">${words.leaveAll}</button></form>
<p class="dim">${words.idle}</p>`,
  )
}
