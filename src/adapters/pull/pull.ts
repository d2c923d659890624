import type { Adapter, AdapterParts, Page } from '#adapters/adapter.ts'
import { readAll } from '#adapters/paging/read-all.ts'
import { checkedState, PagingState } from '#adapters/paging/state.ts'
import { readSince } from '#adapters/paging/watermark/read-since.ts'
import { watermarkOf } from '#adapters/paging/watermark/watermark.ts'
import { checkPull } from './check/check.ts'
import { confirmPage } from './confirm.ts'
import { readCounts } from './counts.ts'
import { readKeys } from './keys.ts'
import { listingOf } from './listing.ts'
import { PullSettings } from './settings/settings.ts'
import { openSource } from './source.ts'

const AT = '/settings'

/** Query interfaces over HTTP: pages of JSON, from where the last reading ended. */
export const pull = {
  name: 'pull',
  title: { zh: '接口拉取', en: 'Pull over HTTP' },
  description: {
    zh: '按页查询来源的 HTTP 接口（JSON），从上次读到的位置继续',
    en: 'Asks an HTTP interface of the source (JSON) page by page, and goes on where it ended',
  },
  settings: PullSettings,
  secrets: {
    token: { zh: '请求头或参数中的密钥', en: 'Key in a header or parameter' },
    clientSecret: { zh: 'OAuth 2 客户端密钥', en: 'Secret of the OAuth 2 client' },
    signSecret: { zh: '签名密钥', en: 'Secret of the signature' },
    password: { zh: 'Basic 认证口令', en: 'Password of HTTP Basic' },
  },
  state: PagingState,
  reads: 'ends',
  ordered: true,
  check: checkPull,
  async *read(
    parts: AdapterParts<PullSettings>,
    state: PagingState | null,
  ): AsyncGenerator<Page<PagingState>> {
    const start = checkedState(state)
    const { watermark } = parts.settings
    const listing = listingOf(parts, openSource(parts), parts.settings, AT)
    if (watermark === undefined) yield* readAll(parts, listing, start)
    else yield* readSince(parts, listing, watermarkOf(watermark), start)
  },
  acknowledge: confirmPage,
  keys: readKeys,
  counts: readCounts,
} satisfies Adapter<PullSettings, PagingState>
