import type { FastifyRequest } from 'fastify'
import { ownAnswerOf, type PushParams } from '#api/own-answer.ts'
import type { SoapContract, SoapVersion } from '#core/answer/answer.ts'
import { type ServiceFacts, wsdlOf } from '#core/answer/wsdl.ts'
import { isPushed, type Registry } from '#flow/systems/registry.ts'

const TYPES: readonly (readonly [SoapVersion, string])[] = [
  ['1.1', 'text/xml'],
  ['1.2', 'application/soap+xml'],
]

/** What a record that is pushed by SOAP can be described with; null for one that is not. */
export function serviceOf(registry: Registry, params: PushParams): Omit<ServiceFacts, 'address'> | null {
  const contract = contractOf(registry, params)
  const record = registry.system(params.system)?.records.get(params.record)
  const field = record?.mapping?.read.soap?.field
  if (!contract || !record || field === undefined) return null
  const versions = TYPES.filter(([, type]) => record.accepts.includes(type)).map(([version]) => version)
  return versions.length === 0 ? null : { contract, field, versions, title: record.title }
}

/** The contract of a record that is read as an envelope and answered as one; null for any other. */
export function contractOf(registry: Registry, params: PushParams): SoapContract | null {
  const record = registry.system(params.system)?.records.get(params.record)
  if (!record || !isPushed(record) || record.mapping?.read.format !== 'soap') return null
  return ownAnswerOf(registry, params)?.contract ?? null
}

/** The description of a service, as its caller reaches it. */
export const describe = (service: Omit<ServiceFacts, 'address'>, request: FastifyRequest): string =>
  wsdlOf({ ...service, address: addressOf(request) })

/**
 * Where the caller reached this path. What stands in front of the hub and ends TLS says so in `X-Forwarded-Proto`; it is believed only
 * towards https, so that nobody is led to send a key in the clear.
 */
function addressOf({ protocol, host, url, headers }: FastifyRequest): string {
  const forwarded = String(headers['x-forwarded-proto'] ?? '')
    .split(',')[0]
    ?.trim()
  const path = url.split('?')[0]
  return `${forwarded === 'https' ? 'https' : protocol}://${host}${path}`
}
