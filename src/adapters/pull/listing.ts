import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import { type Listing, repeatTest, rowDigest, type Sheet } from '#adapters/paging/listing.ts'
import { type MemberPath, memberPath } from '#adapters/paging/member.ts'
import { type Next, pagerOf } from '#adapters/paging/pager.ts'
import type { PagingSettings } from '#adapters/paging/settings/paging.ts'
import { secretParameters } from './access/access.ts'
import { confirmToken } from './confirm.ts'
import { draftOf, linkDraft } from './draft.ts'
import type { EndpointSettings } from './settings/endpoint.ts'
import type { PullSettings } from './settings/settings.ts'
import type { JsonAnswer, Source } from './source.ts'

export interface ListingSettings extends EndpointSettings {
  readonly rows?: string | undefined
  readonly paging?: PagingSettings | undefined
}

/**
 * @param at pointer of the listing in the settings
 * @throws AdapterError config
 */
export function listingOf(
  parts: AdapterParts<PullSettings>,
  source: Source,
  settings: ListingSettings,
  at: string,
): Listing {
  const pager = pagerOf({
    paging: settings.paging,
    at: `${at}/paging`,
    pageRows: parts.limits.pageRows,
    secret: secretParameters(parts.settings),
  })
  const rows = memberPath(settings.rows ?? '', `${at}/rows`)
  if (settings.paging?.token && !settings.body)
    throw new AdapterError('config', 'a token in the body needs a body', { setting: `${at}/body` })
  const isRepeated = repeatTest()

  return {
    pager,
    accessSetting: source.access.setting,
    async ask(position, more) {
      const { link } = position
      const answer = await source.ask(
        () =>
          link === undefined
            ? draftOf(settings, at, { ...more, ...pager.parameters(position) })
            : linkDraft(settings, at, link),
        at,
      )
      const count = countAt(answer, rows, `${at}/rows`)
      const sheet = {
        ...sheetOf(answer, rows, count, () => pager.next(answer, position, count)),
        token: () => confirmToken(parts.settings, answer),
      }
      if (isRepeated(sheet, more))
        throw new AdapterError('source', 'the same page came again', { setting: `${at}/paging` })
      return sheet
    },
  }
}

function countAt({ document }: JsonAnswer, rows: MemberPath, setting: string): number {
  const found = document.at(rows)
  if (Array.isArray(found)) return found.length
  if (found === null) return 0
  if (typeof found === 'object') return 1
  const where = rows.path === '' ? 'the root of the answer' : rows.path
  throw new AdapterError('source', `there is no list of rows at ${where}`, { setting })
}

function sheetOf(answer: JsonAnswer, rows: MemberPath, count: number, next: () => Next): Sheet {
  const { document } = answer
  return {
    answer,
    count,
    next,
    textOf: (index, field) => document.rowText(rows, index, field),
    markOfText: rowDigest,
    markOf(index) {
      const list = document.at(rows)
      const row: unknown = Array.isArray(list) ? list[index] : list
      return rowDigest(JSON.stringify(row))
    },
  }
}
