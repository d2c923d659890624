import { AdapterError } from '#adapters/adapter.ts'

const ONE = /<([^<>]*)>((?:\s*;\s*[^\s;,=]+\s*=\s*(?:"[^"]*"|[^\s;,"]*))*)/g
const NEXT = /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next)(?=\s|;|$)/i
const LONGEST = 16_000

/**
 * Path and query of the next page, from a Link header (RFC 8288), without parameters that are secret: a source that repeats them in its links
 * would have them kept in the state. Null where there is no next page.
 * @throws AdapterError source for another origin: access would be handed to it
 */
export function nextLink(
  header: string | undefined,
  askedUrl: string,
  secret: readonly string[],
  setting: string,
): string | null {
  if (header === undefined) return null
  for (const [, target = '', rest = ''] of header.slice(0, LONGEST).matchAll(ONE)) {
    if (!NEXT.test(rest)) continue
    if (!URL.canParse(target, askedUrl))
      throw new AdapterError('source', 'the next link is no URL', { setting })
    const url = new URL(target, askedUrl)
    if (url.origin !== new URL(askedUrl).origin || url.username !== '' || url.password !== '')
      throw new AdapterError('source', 'the next link leads to another origin', { setting })
    for (const name of secret) url.searchParams.delete(name)
    return url.pathname + url.search
  }
  return null
}
