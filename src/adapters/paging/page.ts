import type { AdapterParts, Page } from '#adapters/adapter.ts'
import type { Sheet } from './listing.ts'
import type { PagingState } from './state.ts'

/** What is needed of a channel to hand its pages on, whatever the protocol. */
export type PageParts = AdapterParts<{ readonly contentType?: string }>

const CHARSET = /;\s*charset\s*=\s*"?([\w.:-]{1,40})"?/i

/** A page for the hub: the bytes of the answer as they came. */
export function pageOf(
  { settings }: PageParts,
  sheet: Sheet,
  state: PagingState,
  name: string,
): Page<PagingState> {
  const { answer, count } = sheet
  const token = sheet.token?.()
  return {
    contentType: typeOf(settings, answer.contentType),
    bytes: answer.bytes,
    rows: count,
    state,
    name,
    ...(token === undefined ? {} : { token }),
  }
}

/** Sources name their JSON in many ways, text/html among them; the charset that they name is told on. */
function typeOf({ contentType = 'application/json' }: PageParts['settings'], named: string): string {
  const charset = CHARSET.exec(named)?.[1]
  return charset === undefined ? contentType : `${contentType}; charset=${charset.toLowerCase()}`
}
