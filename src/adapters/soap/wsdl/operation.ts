import { AdapterError } from '#adapters/adapter.ts'
import type { SoapVersion } from '#core/answer/answer.ts'
import { childrenOf, type WsdlBinding, type WsdlFacts } from './parse.ts'

/** How an operation is called. */
export interface Operation {
  readonly version: SoapVersion
  readonly address: string | null
  readonly action: string
  /** The element in the body. */
  readonly element: string
  readonly namespace: string
  /** Whether the elements in it have its namespace. */
  readonly qualified: boolean
  /** Names of the elements in it, in their order; null where it is not known. */
  readonly order: readonly string[] | null
}

/** Names that are shown of what a description has. */
const SHOWN = 20

/**
 * Finds an operation in a description.
 * @param at pointer of the query in the settings
 * @param wanted the version of SOAP; 1.1 where there are both and it is not said
 * @throws AdapterError config where there is none, source where it is of a kind that is not spoken
 */
export function operationOf(
  facts: WsdlFacts,
  name: string,
  wanted: SoapVersion | undefined,
  at = '/settings',
): Operation {
  const setting = `${at}/operation`
  const found = facts.ports.flatMap(({ binding, address }) => {
    const one = facts.bindings.get(binding)
    return one?.version && one.operations.has(name) ? [{ binding: one, version: one.version, address }] : []
  })
  if (found.length === 0)
    throw new AdapterError('config', `the WSDL has no operation ${name}; ${known(facts)}`, { setting })
  const chosen = wanted
    ? found.find(({ version }) => version === wanted)
    : (found.find(({ version }) => version === '1.1') ?? found[0])
  if (!chosen)
    throw new AdapterError('config', `the WSDL offers ${name} by SOAP ${found[0]?.version} only`, {
      setting: '/settings/version',
    })
  return { ...bodyOf(facts, chosen.binding, name, setting), version: chosen.version, address: chosen.address }
}

function known(facts: WsdlFacts): string {
  const names = new Set([...facts.bindings.values()].flatMap(({ operations }) => [...operations.keys()]))
  if (names.size === 0) return 'it has none at all'
  const shown = [...names].sort().slice(0, SHOWN).join(', ')
  return `it has ${shown}${names.size > SHOWN ? ' …' : ''}`
}

function bodyOf(
  facts: WsdlFacts,
  binding: WsdlBinding,
  name: string,
  setting: string,
): Omit<Operation, 'version' | 'address'> {
  const operation = binding.operations.get(name)
  const message = facts.portTypes.get(binding.portType)?.get(name)
  const parts = message ? facts.messages.get(message) : undefined
  if (!operation || !parts)
    throw new AdapterError('source', `the WSDL does not say what ${name} is sent`, { setting })
  const { action, namespace } = operation
  if (operation.use === 'encoded')
    throw new AdapterError('source', `${name} is rpc/encoded, which is not spoken`, { setting })
  if ((operation.style ?? binding.style) === 'rpc')
    return { action, element: name, namespace, qualified: false, order: parts.map((part) => part.name) }
  const element = parts[0]?.element ?? null
  const [, uri, local] = /^\{(.*)\}(.*)$/s.exec(element ?? '') ?? []
  if (element === null || uri === undefined || local === undefined)
    throw new AdapterError('source', `the WSDL names no element for ${name}`, { setting })
  return {
    action,
    element: local,
    namespace: uri,
    qualified: facts.qualified.get(uri) ?? false,
    order: childrenOf(facts, element),
  }
}
