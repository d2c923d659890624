import { AdapterError, type HttpRequest } from '#adapters/adapter.ts'
import type { Parameters, ParameterValue } from '#adapters/paging/listing.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'
import type { EndpointSettings } from './settings/endpoint.ts'

/** A request that is still being filled in, by name. */
export interface Draft {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Record<string, string>
  readonly query: Map<string, ParameterValue>
  /** Null where the request has no body. */
  readonly body: { readonly format: 'json' | 'form'; readonly values: Map<string, ParameterValue> } | null
}

const PLACES = /^(https?:\/\/[^/?#]*)([^?#]*)(.*)$/
const PLACE = /\{([^{}]{1,100})\}/g

/**
 * A request with its constants and parameters. What the path names goes there, else everything goes into the body where there is one,
 * else into the query.
 * @param at pointer of the endpoint in the settings
 * @throws AdapterError config
 */
export function draftOf(endpoint: EndpointSettings, at: string, parameters: Parameters): Draft {
  const named = new Set<string>()
  const known: Parameters = { ...endpoint.query, ...parameters }
  const [, origin = '', path = '', rest = ''] = PLACES.exec(endpoint.url) ?? []
  const filled = path.replace(PLACE, (_, name: string) => {
    const value = Object.hasOwn(known, name) ? known[name] : undefined
    if (value === undefined)
      throw new AdapterError('config', `no parameter is called ${name}`, { setting: `${at}/url` })
    named.add(name)
    return encodeURIComponent(String(value))
  })
  const url = urlOf(origin + filled + rest, `${at}/url`)
  const draft = emptyDraft(endpoint, at, url)
  const left = (values: Parameters | undefined): [string, ParameterValue][] =>
    Object.entries(values ?? {}).filter(([name]) => !named.has(name))
  for (const [name, value] of left(endpoint.query)) draft.query.set(name, value)
  for (const [name, value] of left(parameters)) (draft.body?.values ?? draft.query).set(name, value)
  return draft
}

/** A request for an address that the source gave as the next one: it has its parameters already. */
export const linkDraft = (endpoint: EndpointSettings, at: string, link: string): Draft =>
  emptyDraft(endpoint, at, new URL(link, urlOf(endpoint.url, `${at}/url`).origin))

function emptyDraft(endpoint: EndpointSettings, at: string, url: URL): Draft {
  const method = endpoint.method ?? 'GET'
  if (endpoint.body && method !== 'POST')
    throw new AdapterError('config', 'a body is sent with POST only', { setting: `${at}/body` })
  const query = new Map<string, ParameterValue>(url.searchParams)
  url.search = ''
  url.hash = ''
  const body = endpoint.body && {
    format: endpoint.body.format,
    values: new Map(Object.entries(endpoint.body.values ?? {})),
  }
  return {
    url,
    method,
    headers: { accept: 'application/json', ...lower(endpoint.headers) },
    query,
    body: body ?? null,
  }
}

function lower(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
}

function urlOf(text: string, setting: string): URL {
  if (!URL.canParse(text)) throw new AdapterError('config', 'not a URL', { setting })
  return new URL(text)
}

/** Everything that the request says by name, as it is signed. */
export const parametersOf = ({ query, body }: Draft): ReadonlyMap<string, ParameterValue> =>
  new Map([...query, ...(body?.values ?? [])])

/** The text of the body as it is sent; null where there is none. */
export const bodyText = ({ body }: Draft): string | null =>
  body && (body.format === 'json' ? JSON.stringify(nested(body.values)) : encoded(body.values))

/** The request as it is sent. */
export function render(draft: Draft): HttpRequest {
  const { url, method, headers, query, body } = draft
  const search = encoded(query)
  const whole = search === '' ? url.href : `${url.href}?${search}`
  if (body === null) return { method, url: whole, headers }
  const type = body.format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
  return { method, url: whole, headers: { 'content-type': type, ...headers }, body: bodyText(draft) ?? '' }
}

/** `%20` for a blank: a `+` is read as one by forms alone. */
const encoded = (values: ReadonlyMap<string, ParameterValue>): string =>
  [...values]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&')

type Nested = { [name: string]: ParameterValue | Nested }

/** `page.size` is the member `size` of the member `page`. */
function nested(values: ReadonlyMap<string, ParameterValue>): Nested {
  const root: Nested = {}
  for (const [name, value] of values) {
    const steps = stepsOf(name) ?? [name]
    let into = root
    for (const step of steps.slice(0, -1)) {
      const next = Object.hasOwn(into, step) ? into[step] : undefined
      if (typeof next === 'object') into = next
      else {
        const made: Nested = {}
        into[step] = made
        into = made
      }
    }
    Object.defineProperty(into, steps.at(-1) ?? name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return root
}
