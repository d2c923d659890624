import type { Language } from '#api/language.ts'
import { type Html, html } from '#api/public/html.ts'
import { speakOf } from '#flow/alerts/topics.ts'
import type { QueueState } from '#jobs/queues.ts'
import type { Alert } from '#store/alerts.ts'

/** What the board shows. */
export interface BoardView {
  readonly queues: readonly QueueState[]
  readonly schedules: readonly {
    readonly name: string
    readonly seconds: number | null
    readonly failing: boolean
  }[]
  readonly alerts: readonly Alert[]
}

export const BOARD_STYLE = `:root{color-scheme:light dark}*{box-sizing:border-box}
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}form{display:inline}button,input{font:inherit;padding:.2rem .7rem}
.bad{color:#b3261e;font-weight:600}.dim{opacity:.7}header{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}`

const WORDS = {
  zh: {
    title: '任务看板',
    key: '管理密钥',
    open: '打开',
    wrong: '密钥无效，或没有 admin 权限。',
    ask: '请输入具有 admin 权限的密钥，30 分钟内有效。',
    signIn: '系统管理员登录',
    end: '退出',
    again: '刷新',
    queues: '队列',
    queue: '队列',
    states: { waiting: '等待', active: '执行中', delayed: '延时', failed: '失败' },
    silent: '队列无应答；数据不受影响，由巡检完成工作。',
    failed: '失败的任务',
    none: '没有',
    job: '任务',
    subject: '对象',
    reason: '原因',
    at: '时间',
    retry: '重试',
    schedules: '定时任务',
    done: '上次完成',
    ago: (seconds: number) => `${seconds} 秒前`,
    never: '尚未执行',
    failing: '上次失败，将重试',
    alerts: '持续中的告警',
    note: '任务只携带编号，全部丢失也不影响数据。',
  },
  en: {
    title: 'Jobs',
    key: 'Administrator key',
    open: 'Open',
    wrong: 'The key is not valid, or has not the scope admin.',
    ask: 'Show a key with the scope admin; it counts for 30 minutes.',
    signIn: 'Sign in as a system administrator',
    end: 'Leave',
    again: 'Look again',
    queues: 'Queues',
    queue: 'Queue',
    states: { waiting: 'waiting', active: 'active', delayed: 'delayed', failed: 'failed' },
    silent: 'The queue does not answer; nothing is lost, the sweep does its work.',
    failed: 'Failed jobs',
    none: 'none',
    job: 'Job',
    subject: 'Of',
    reason: 'Reason',
    at: 'Time',
    retry: 'Try again',
    schedules: 'Schedules',
    done: 'Last done',
    ago: (seconds: number) => `${seconds} s ago`,
    never: 'not yet',
    failing: 'failed last, is tried again',
    alerts: 'Open alerts',
    note: 'Jobs carry identifiers only; losing all of them loses nothing.',
  },
} as const

const whole = (language: Language, title: string, body: Html): string =>
  html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>${title} · Trace Hub</title><link rel="icon" href="data:,"><style>${{ html: BOARD_STYLE }}</style></head><body>
${body}
</body></html>
`.html

/** The page that asks for a key. */
export function doorPage(language: Language, isWrong: boolean): string {
  const words = WORDS[language]
  return whole(
    language,
    words.title,
    html`<h1>${words.title}</h1><p>${words.ask}</p>${isWrong && html`<p class="bad">${words.wrong}</p>`}
<form method="post" action="/admin/jobs/session"><label>${words.key}
<input type="password" name="key" required minlength="8" maxlength="500" autocomplete="off" autofocus></label>
<button>${words.open}</button></form>
<p><a href="/admin/sign-in">${words.signIn}</a></p>`,
  )
}

/** The board itself. */
export function boardPage({ queues, schedules, alerts }: BoardView, language: Language): string {
  const words = WORDS[language]
  const states = Object.entries(words.states)
  const failed = queues.flatMap((queue) => queue.failed.map((job) => ({ ...job, queue: queue.name })))
  return whole(
    language,
    words.title,
    html`<header><h1>${words.title}</h1><span><a href="/admin/jobs">${words.again}</a>
<form method="post" action="/admin/jobs/leave"><button>${words.end}</button></form></span></header>
<p class="dim">${words.note}</p>
<h2>${words.queues}</h2>
<table><tr><th>${words.queue}</th>${states.map(([, title]) => html`<th class="n">${title}</th>`)}</tr>
${queues.map(
  ({ name, counts }) =>
    html`<tr><td>${name}</td>${
      counts
        ? states.map(
            ([state]) =>
              html`<td class="n${state === 'failed' && (counts[state] ?? 0) > 0 ? ' bad' : ''}">${counts[state] ?? 0}</td>`,
          )
        : html`<td colspan="4" class="bad">${words.silent}</td>`
    }</tr>`,
)}</table>
<h2>${words.failed}</h2>
${
  failed.length === 0
    ? html`<p class="dim">${words.none}</p>`
    : html`<table><tr><th>${words.job}</th><th>${words.subject}</th><th>${words.reason}</th><th>${words.at}</th><th></th></tr>
${failed.map(
  (job) => html`<tr><td>${job.queue} / ${job.name}</td><td>${job.subject}</td><td>${job.reason}</td>
<td>${job.atMs === null ? '' : new Date(job.atMs).toISOString()}</td><td><form method="post" action="/admin/jobs/retry">
<input type="hidden" name="queue" value="${job.queue}"><input type="hidden" name="id" value="${job.id}"><button>${words.retry}</button></form></td></tr>`,
)}</table>`
}
<h2>${words.schedules}</h2>
<table>${schedules.map(
      ({ name, seconds, failing }) =>
        html`<tr><td>${name}</td><td>${
          seconds === null ? words.never : words.ago(Math.round(seconds))
        }</td><td class="bad">${failing && words.failing}</td></tr>`,
    )}</table>
<h2>${words.alerts}</h2>
${
  alerts.length === 0
    ? html`<p class="dim">${words.none}</p>`
    : html`<table>${alerts.map((alert) => {
        const { title, advice } = speakOf(alert.topic, alert.subject, alert.facts)
        return html`<tr><td>${title[language]}<br><span class="dim">${advice[language]}</span></td><td>${alert.openedAt}</td></tr>`
      })}</table>`
}`,
  )
}
