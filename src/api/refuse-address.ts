import { readRemoteFolder } from '#adapters/files/address.ts'
import { AddressRefused, checkAddress, checkHost, readAllowed } from '#adapters/http/guard.ts'
import { HubError } from '#core/errors.ts'

/** Throws `address_refused` for an address that may not be reached. `rules`: the egress list that counts (`readEgressRules`). */
export const refuseAddress = (
  address: string,
  allow: readonly string[],
  rules: readonly string[] = [],
): Promise<void> => refusing(allow, rules, (bounds) => checkAddress(address, bounds))

/** Throws `address_refused` for a folder on a host that may not be reached. */
export const refuseHost = (
  address: string,
  allow: readonly string[],
  rules: readonly string[] = [],
): Promise<void> =>
  refusing(allow, rules, (bounds) => {
    const { host, port } = readRemoteFolder(address)
    return checkHost(host, port, bounds)
  })

async function refusing(
  allow: readonly string[],
  rules: readonly string[],
  check: (bounds: readonly string[]) => Promise<unknown>,
): Promise<void> {
  try {
    // Before the rules are added: who writes one among the addresses is refused.
    readAllowed(allow)
    await check([...allow, ...rules])
  } catch (error) {
    if (error instanceof AddressRefused) throw new HubError('address_refused', { detail: error.reason })
    // A name that cannot be resolved today may be tomorrow; each delivery checks again.
    if (!(error instanceof Error && 'syscall' in error)) throw error
  }
}
