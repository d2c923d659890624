import { createHash, randomBytes } from 'node:crypto'
import { SECURITY } from '#adapters/push/soap/head.ts'
import { ENVELOPE_OF } from '#adapters/push/soap/names.ts'
import type { Operation } from '#adapters/soap/wsdl/operation.ts'
import { escaped } from '#core/mapping/backward/xml.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'

export type ParameterValue = string | number | boolean
/** Parameters by name; dots in a name lead into elements. */
export type Parameters = ReadonlyMap<string, ParameterValue>

/** Who calls, in a UsernameToken of WS-Security. */
export interface TokenFacts {
  readonly username: string
  readonly password: string
  readonly type: 'text' | 'digest'
  readonly nowMs: number
}

/** An element in the header of the envelope. */
export interface HeaderElement {
  readonly name: string
  readonly namespace: string
  readonly values: Readonly<Record<string, string>>
}

export interface Envelope {
  readonly call: Operation
  readonly parameters: Parameters
  /** A document that stands as text in one of the parameters. */
  readonly document?:
    | { readonly parameter: string; readonly root: string; readonly parameters: Parameters }
    | undefined
  readonly token?: TokenFacts | undefined
  readonly header?: HeaderElement | undefined
}

const UTILITY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'
const PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0'
const BASE64 =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary'

/** A request as XML. */
export function envelopeOf({ call, parameters, document, token, header }: Envelope): string {
  const given = new Map(parameters)
  if (document) given.set(document.parameter, documentOf(document))
  const prefix = call.qualified ? 'q:' : ''
  const children = elementsOf(nested(given), prefix, call.order)
  const headers = [token ? securityOf(token) : '', header ? headerOf(header) : ''].join('')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<s:Envelope xmlns:s="${ENVELOPE_OF[call.version]}">`,
    headers === '' ? '' : `<s:Header>${headers}</s:Header>`,
    `<s:Body><q:${call.element} xmlns:q="${escaped(call.namespace)}">${children}</q:${call.element}></s:Body>`,
    '</s:Envelope>',
  ].join('')
}

/** Headers of HTTP for a call. */
export function callHeaders({ version, action }: Operation): Record<string, string> {
  const quoted = `"${action.replace(/["\r\n]/g, '')}"`
  return version === '1.1'
    ? { 'content-type': 'text/xml; charset=utf-8', soapaction: quoted, accept: 'text/xml' }
    : {
        'content-type': `application/soap+xml; charset=utf-8${action === '' ? '' : `; action=${quoted}`}`,
        accept: 'application/soap+xml',
      }
}

interface Nested {
  readonly [name: string]: ParameterValue | Nested
}

/** `query.page` is the element `page` in the element `query`. */
function nested(parameters: Parameters): Nested {
  const root: Record<string, ParameterValue | Nested> = Object.create(null)
  for (const [name, value] of parameters) {
    const steps = stepsOf(name) ?? [name]
    let into = root
    for (const step of steps.slice(0, -1)) {
      const next = into[step]
      if (typeof next === 'object') into = next as Record<string, ParameterValue | Nested>
      else {
        const made: Record<string, ParameterValue | Nested> = Object.create(null)
        into[step] = made
        into = made
      }
    }
    into[steps.at(-1) ?? name] = value
  }
  return root
}

/** Elements in the order of the description where there is one: services of .NET pass over what stands elsewhere. */
function elementsOf(values: Nested, prefix: string, order: readonly string[] | null = null): string {
  const names = Object.keys(values)
  const placed = order === null ? names : [...names].sort((a, b) => placeOf(order, a) - placeOf(order, b))
  return placed
    .map((name) => {
      const value = values[name] as ParameterValue | Nested
      const inner = typeof value === 'object' ? elementsOf(value, prefix) : escaped(String(value))
      return `<${prefix}${name}>${inner}</${prefix}${name}>`
    })
    .join('')
}

const placeOf = (order: readonly string[], name: string): number => {
  const at = order.indexOf(name)
  return at < 0 ? order.length : at
}

function documentOf({ root, parameters }: NonNullable<Envelope['document']>): string {
  return `<${root}>${elementsOf(nested(parameters), '')}</${root}>`
}

function headerOf({ name, namespace, values }: HeaderElement): string {
  return `<h:${name} xmlns:h="${escaped(namespace)}">${elementsOf(values, 'h:')}</h:${name}>`
}

function securityOf({ username, password, type, nowMs }: TokenFacts): string {
  const kind = type === 'digest' ? 'PasswordDigest' : 'PasswordText'
  const nonce = randomBytes(16)
  const created = new Date(nowMs).toISOString()
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64')
  const proof =
    type === 'digest'
      ? `<w:Nonce EncodingType="${BASE64}">${nonce.toString('base64')}</w:Nonce><u:Created>${created}</u:Created>`
      : ''
  return [
    `<w:Security s:mustUnderstand="1" xmlns:w="${SECURITY}" xmlns:u="${UTILITY}"><w:UsernameToken>`,
    `<w:Username>${escaped(username)}</w:Username>`,
    `<w:Password Type="${PROFILE}#${kind}">${escaped(type === 'digest' ? digest : password)}</w:Password>`,
    `${proof}</w:UsernameToken></w:Security>`,
  ].join('')
}
