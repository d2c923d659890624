import type { Adapter, AdapterParts, Page } from '#adapters/adapter.ts'
import { readAll } from '#adapters/paging/read-all.ts'
import { checkedState, PagingState } from '#adapters/paging/state.ts'
import { readSince } from '#adapters/paging/watermark/read-since.ts'
import { watermarkOf } from '#adapters/paging/watermark/watermark.ts'
import { checkSoap } from './check.ts'
import { readKeys } from './keys.ts'
import { soapListing } from './listing.ts'
import { accessOf } from './request/access.ts'
import { callOf } from './request/call.ts'
import { SoapSettings } from './settings/settings.ts'

/** Query operations of SOAP services: envelopes page by page, from where the last reading ended. */
export const soap = {
  name: 'soap',
  title: { zh: 'SOAP 查询', en: 'SOAP queries' },
  description: {
    zh: '按页调用来源 SOAP 服务（1.1/1.2）的查询操作，从上次读到的位置继续',
    en: 'Calls an operation of a SOAP service (1.1 or 1.2) page by page, and goes on where it ended',
  },
  settings: SoapSettings,
  secrets: {
    password: {
      zh: '口令（Basic、UsernameToken、信封头）',
      en: 'Password of Basic, UsernameToken or the header of the envelope',
    },
    token: { zh: '请求头或参数中的密钥', en: 'Key in a header of HTTP or a parameter' },
  },
  state: PagingState,
  reads: 'ends',
  ordered: true,
  check: checkSoap,
  async *read(
    parts: AdapterParts<SoapSettings>,
    state: PagingState | null,
  ): AsyncGenerator<Page<PagingState>> {
    const start = checkedState(state)
    const { watermark, contentType = 'text/xml' } = parts.settings
    const access = accessOf(parts)
    const listing = soapListing(parts, access, () => callOf(parts, access), {
      settings: parts.settings,
      at: '/settings',
    })
    const asked = { ...parts, settings: { ...parts.settings, contentType } }
    if (watermark === undefined) yield* readAll(asked, listing, start)
    else yield* readSince(asked, listing, watermarkOf(watermark), start)
  },
  keys: readKeys,
} satisfies Adapter<SoapSettings, PagingState>
