import { AdapterError, type AdapterParts, type Page, type Taken } from '#adapters/adapter.ts'
import type { Answer, Parameters } from '#adapters/paging/listing.ts'
import { memberPath } from '#adapters/paging/member.ts'
import type { PagingState } from '#adapters/paging/state.ts'
import { draftOf } from './draft.ts'
import type { PullSettings } from './settings/settings.ts'
import { openSource } from './source.ts'

const AT = '/settings/confirm'

/**
 * By what a page is confirmed; undefined where the source wants nothing of the kind.
 * @throws AdapterError source where the answer does not say it
 */
export function confirmToken(
  { confirm }: Pick<PullSettings, 'confirm'>,
  { document }: Answer,
): string | undefined {
  if (confirm === undefined) return undefined
  if (confirm.token === undefined) return ''
  const token = document.textAt(memberPath(confirm.token, `${AT}/token`))
  if (token !== undefined) return token
  throw new AdapterError('source', `the answer has no ${confirm.token}`, { setting: `${AT}/token` })
}

/** Tells the source that a page is stored, in its own form; where the page itself could not be read too, since its bytes are kept. */
export async function confirmPage(
  parts: AdapterParts<PullSettings>,
  { bytes, token }: Page<PagingState>,
  { receipt }: Taken,
): Promise<void> {
  const { confirm, success } = parts.settings
  if (confirm === undefined || bytes === null) return
  const parameters: Parameters = {
    ...(confirm.parameter !== undefined && typeof token === 'string' && token !== ''
      ? { [confirm.parameter]: token }
      : {}),
    ...(confirm.receipt !== undefined && receipt !== null ? { [confirm.receipt]: receipt } : {}),
  }
  const source = openSource(parts)
  const draft = () => draftOf(confirm, AT, parameters)
  if (success) await source.ask(draft, AT)
  else await source.send(draft, AT)
}
