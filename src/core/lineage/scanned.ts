/** Longest text that a scanner may give, in characters. */
export const SCANNED_MAX = 2000
/** Longest code in an address, in characters. */
const CODE_MAX = 200
/** More codes than an address of any known system holds. */
const CODES_MAX = 5

const ADDRESS = /^(?:https?:\/\/|www\.)/i
const ENCODED_ADDRESS = /^https?%3a(?:%2f){2}/i
/** Names of the parameters in which systems write a code: `code`, `certNo`, `certificateNumber`, `traceCode`, `zsm`, `id`, `tc`. */
const NAMES_CODE =
  /^(?!(?:app|open|union|user|u)_?id$).*(?:code|num|number|no|id|sn|batch|zsm|hgz|ewm)$|^(?:c|k|q|tc)$/i
/** What the hub has below the address of a page. */
const BELOW_PAGE = /\/(?:labels|qr\.(?:svg|png))$/i
const PAGE_ENDING = /\.(?:html?|jsp|php|aspx?|do|action)$/i
/** A GTIN with a lot or a serial (GS1 Digital Link): the lot alone is a number of anybody. */
export const DIGITAL_LINK = /\/(?:01|gtin)\/(\d{8,14})(?:\/(?:22|cpv)\/[^/?#]+)?\/(10|21|lot|ser)\/([^/?#]+)/i

/** The address that a scanned text is, also where it is percent-encoded as a whole; null for any other text. */
export function scannedAddress(text: string): string | null {
  const written = text.trim()
  const address = ENCODED_ADDRESS.test(written) ? decoded(written) : written
  return ADDRESS.test(address) ? address : null
}

/**
 * The codes that stand in an address, as a QR code on a label or a certificate holds it: in a parameter that is named like a code, or last in its path or
 * behind its `#`. Null for text that is no address; empty where the address holds none, or is one of GS1, which names goods by GTIN and lot together.
 */
export function codesOfAddress(text: string): readonly string[] | null {
  const address = scannedAddress(text)
  if (address === null) return null
  const url = URL.parse(/^www\./i.test(address) ? `https://${address}` : address)
  if (!url || DIGITAL_LINK.test(url.pathname)) return []
  const route = URL.parse(url.hash.replace(/^#!?\/?/, '/'), url.origin)
  const parts = route && url.hash !== '' ? [route, url] : [url]
  const named = parts.flatMap(({ searchParams }) =>
    [...searchParams].flatMap(([name, value]) => (NAMES_CODE.test(name) ? [value] : [])),
  )
  const found = named.filter(isCodeShape)
  const codes = found.length > 0 ? found : parts.map(({ pathname }) => lastOf(pathname)).filter(isCodeShape)
  return [...new Set(codes.map((code) => code.trim()))].slice(0, CODES_MAX)
}

/**
 * By what an address is compared: without `http://` or `https://` and the stroke at its end, its host in small letters. Null for text that is no address.
 */
export function comparedAddress(text: string): string | null {
  const address = scannedAddress(text)
  const url = address === null ? null : URL.parse(/^www\./i.test(address) ? `https://${address}` : address)
  return url && `${url.host}${url.pathname}${url.search}${url.hash}`.replace(/\/$/, '')
}

const lastOf = (path: string): string => {
  const last = path.replace(BELOW_PAGE, '').split('/').filter(Boolean).at(-1) ?? ''
  return decoded(last).replace(PAGE_ENDING, '')
}

/** Words of a path (`query`, `detail`) have no digit; what has a control character is no text of a label. */
const isCodeShape = (text: string): boolean =>
  text.length <= CODE_MAX && /\d/.test(text.normalize('NFKC')) && !/\p{Cc}/u.test(text)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
