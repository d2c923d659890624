import type { ParseArgsConfig } from 'node:util'
import type { Call } from '#cli/running-hub.ts'
import { missing, WrongUsage } from '#cli/wrong-usage.ts'
import { counted, inNumber } from '#core/in-number.ts'
import {
  backfillOptions,
  createOptions,
  dropOptions,
  filterOf,
  type Given,
  heldOptions,
  named,
  patchOptions,
  resendOptions,
  rotateOptions,
  secretsOf,
  settingsOf,
} from './options.ts'
import { backfillLine, groupLines, heldLine, linkLine, linkLines, say } from './words.ts'

interface Action {
  /** Whether a link must be named. */
  readonly namesLink: boolean
  /** What it takes beside address and key; absent: nothing. */
  readonly options?: ParseArgsConfig['options']
  /** Does it, and gives the lines that a person is told. */
  readonly run: (call: Call, given: Given, link: string) => Promise<readonly string[]>
}

const PAGE = 1000

/** All of a list, page by page. */
async function all(call: Call, path: string, name: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  let after: unknown = null
  do {
    const more = after === null ? '' : `&after=${encodeURIComponent(String(after))}`
    const page = await call('GET', `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${more}`)
    rows.push(...(page[name] as Record<string, unknown>[]))
    after = page['next']
  } while (after !== null)
  return rows
}

const at = (link: string, rest = ''): string => `/v1/links/${link}${rest}`

/** By cause or all: nothing is sent again or given up because an option was forgotten. */
const choiceOf = (given: Given): Record<string, unknown> => {
  const { cause, all: every } = given
  if ((cause === undefined) === (every === undefined))
    throw new WrongUsage({
      en: 'Name a cause with --cause, or --all.',
      zh: '请用 --cause 指定原因，或用 --all。',
    })
  return cause === undefined ? { all: true } : { cause }
}

const state = (word: 'pause' | 'resume'): Action => ({
  namesLink: true,
  run: async (call, _, link) => linkLines(await call('POST', at(link, `/${word}`))),
})

/** What the receiver must be told: the secret, or of Ed25519 the public key. */
const secretLine = (secret: unknown, publicKey: unknown): string =>
  secret === null
    ? `${say({ zh: '公钥', en: 'public key' })}: ${publicKey}`
    : `${say({ zh: '签名密钥（仅显示一次）', en: 'signing secret (shown once)' })}: ${secret}`

/** The actions of `hub link`. */
export const actions: Readonly<Record<string, Action>> = {
  list: {
    namesLink: false,
    run: async (call) => {
      const links = await all(call, '/v1/links', 'links')
      return links.length === 0
        ? [say({ zh: '没有同步链路。', en: 'There are no links.' })]
        : links.map(linkLine)
    },
  },
  show: { namesLink: true, run: async (call, _, link) => linkLines(await call('GET', at(link))) },
  create: {
    namesLink: false,
    options: createOptions,
    run: async (call, given) => {
      if (given['name'] === undefined) throw missing('--name')
      const made = await call('POST', '/v1/links', {
        ...settingsOf(given),
        ...(await secretsOf(given)),
        ...named(given, { from: 'from', signing: 'signing' }),
      })
      const [newest] = made['signing'] as Record<string, unknown>[]
      return [...linkLines(made), secretLine(made['secret'], newest?.['publicKey'])]
    },
  },
  rotate: {
    namesLink: true,
    options: rotateOptions,
    run: async (call, given, link) => {
      const body = named(given, { signing: 'signing', until: 'oldValidUntil' })
      const made = await call('POST', at(link, '/secrets'), body)
      const until = say({ zh: '旧密钥继续签名至', en: 'the one before signs along until' })
      return [secretLine(made['secret'], made['publicKey']), `${until} ${made['oldValidUntil']}`]
    },
  },
  patch: {
    namesLink: true,
    options: patchOptions,
    run: async (call, given, link) => {
      const { limits, filter, ...settings } = settingsOf(given)
      const now = limits || filter ? await call('GET', at(link)) : {}
      const body = {
        ...settings,
        ...(await secretsOf(given)),
        ...(limits ? { limits: { ...(now['limits'] as object), ...limits } } : {}),
        ...(filter ? { filter: { ...(now['filter'] as object), ...filter } } : {}),
      }
      if (Object.keys(body).length === 0)
        throw new WrongUsage({ en: 'Nothing is to be changed.', zh: '没有要修改的内容。' })
      return linkLines(await call('PATCH', at(link), body))
    },
  },
  pause: state('pause'),
  resume: state('resume'),
  delete: {
    namesLink: true,
    run: async (call, _, link) => {
      await call('DELETE', at(link))
      return [say({ zh: '已删除。', en: 'Deleted.' })]
    },
  },
  backfill: {
    namesLink: true,
    options: backfillOptions,
    run: async (call, given, link) => {
      const scope = { ...filterOf(given), ...named(given, { record: 'records', since: 'from', until: 'to' }) }
      if (given['dry-run'] === true) {
        const { records } = await call('POST', at(link, '/backfill'), { ...scope, dryRun: true })
        return [say({ zh: `将发送的记录数：${records}`, en: `Records that would be sent: ${records}` })]
      }
      return [backfillLine(await call('POST', at(link, '/backfill'), scope))]
    },
  },
  held: {
    namesLink: true,
    options: heldOptions,
    run: async (call, given, link) => {
      if (given['state'] === undefined && given['cause'] === undefined) {
        const { groups } = await call('GET', at(link, '/held/groups'))
        return groupLines(groups as Record<string, unknown>[])
      }
      const query = new URLSearchParams(
        named(given, { state: 'state', cause: 'cause' }) as Record<string, string>,
      )
      return (await all(call, at(link, `/held?${query}`), 'held')).map(heldLine)
    },
  },
  resend: {
    namesLink: true,
    options: resendOptions,
    run: async (call, given, link) => {
      const { waiting, superseded } = await call('POST', at(link, '/held/resend'), choiceOf(given))
      return [
        say({
          zh: `${waiting} 个变更将重发；${superseded} 个已被较新版本取代，重发较新版本。`,
          en: `${counted(Number(waiting), 'change')} ${inNumber(Number(waiting), 'goes', 'go')} again; of ${superseded} a newer version goes in their stead.`,
        }),
      ]
    },
  },
  drop: {
    namesLink: true,
    options: dropOptions,
    run: async (call, given, link) => {
      const { reason } = given
      if (reason === undefined) throw missing('--reason')
      const { dropped } = await call('POST', at(link, '/held/drop'), { ...choiceOf(given), reason })
      return [
        say({
          zh: `已放弃 ${dropped} 个变更，记录保留。`,
          en: `${counted(Number(dropped), 'change')} ${inNumber(Number(dropped), 'was', 'were')} given up; all are kept.`,
        }),
      ]
    },
  },
}
