import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import type { SoapSettings } from '#adapters/soap/settings/settings.ts'
import { loadWsdl } from '#adapters/soap/wsdl/load.ts'
import { type Operation, operationOf } from '#adapters/soap/wsdl/operation.ts'
import type { SoapAccess } from './access.ts'

/** What is called, and where. */
export interface Call extends Operation {
  readonly address: string
}

type Parts = Pick<AdapterParts<SoapSettings>, 'settings' | 'http' | 'limits' | 'clock'>

/**
 * The call by the settings and, where there is one, the description, which is fetched for each reading: it may change, and nothing is kept.
 * @param at pointer of the query in the settings
 * @throws AdapterError
 */
export async function callOf(parts: Parts, access: SoapAccess, at = '/settings'): Promise<Call> {
  const { settings, http, limits, clock } = parts
  const { wsdl, operation, version, namespace, action, qualified, url } = settings
  if (wsdl === undefined) return declaredCall(settings)
  const facts = await loadWsdl({
    http,
    url: wsdl,
    headers: access.headers,
    accessSetting: access.setting,
    maxBytes: limits.maxBytes,
    nowMs: clock.now(),
  })
  const found = operationOf(facts, operation, version, at)
  return {
    ...found,
    ...(namespace === undefined ? {} : { namespace }),
    ...(action === undefined ? {} : { action }),
    ...(qualified === undefined ? {} : { qualified }),
    address: url ?? ownAddress(found.address, wsdl),
  }
}

const NEEDED = ['url', 'namespace'] as const

/** What has to be said where no description says it, and is not. */
export const undeclared = (settings: SoapSettings): AdapterError[] =>
  settings.wsdl !== undefined
    ? []
    : NEEDED.filter((name) => settings[name] === undefined).map(
        (name) =>
          new AdapterError('config', `without a WSDL the ${name} has to be set`, {
            setting: `/settings/${name}`,
          }),
      )

/** @throws AdapterError config where something is missing */
function declaredCall(settings: SoapSettings): Call {
  const [missing] = undeclared(settings)
  if (missing) throw missing
  const { url = '', operation, version = '1.1', namespace = '', action = '', qualified = false } = settings
  return { address: url, version, element: operation, namespace, action, qualified, order: null }
}

/** The address that a description names, if it is of its own host: with it go the secrets. */
function ownAddress(address: string | null, wsdl: string): string {
  const setting = '/settings/url'
  if (address === null || !URL.canParse(address))
    throw new AdapterError('config', 'the WSDL names no address', { setting })
  if (new URL(address).host !== new URL(wsdl).host || new URL(address).protocol !== new URL(wsdl).protocol)
    throw new AdapterError('config', 'the WSDL names an address of another host: set it, if it is right', {
      setting,
    })
  return address
}
