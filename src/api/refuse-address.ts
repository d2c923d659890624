import { readRemoteFolder } from '#adapters/files/address.ts'
import { AddressRefused, checkAddress, checkHost, readAllowed } from '#adapters/http/guard.ts'
import { HubError } from '#core/errors.ts'

/** Throws `address_refused` for an address that may not be reached. `rules`: the egress list of its partners (`readEgressRules`). */
export const refuseAddress = (
  address: string,
  allow: readonly string[],
  rules: readonly string[] = [],
): Promise<void> =>
  refusing(() => {
    readAllowed(allow)
    return checkAddress(address, [...allow, ...rules])
  })

async function refusing(check: () => Promise<unknown> | unknown): Promise<void> {
  try {
    await check()
  } catch (error) {
    if (error instanceof AddressRefused) throw new HubError('address_refused', { detail: error.reason })
    // A name that cannot be resolved today may be tomorrow; each delivery checks again.
    if (!(error instanceof Error && 'syscall' in error)) throw error
  }
}

/** Throws `address_refused` for a folder on a host that may not be reached. */
export const refuseHost = (
  address: string,
  allow: readonly string[],
  rules: readonly string[] = [],
): Promise<void> =>
  refusing(() => {
    readAllowed(allow)
    const { host, port } = readRemoteFolder(address)
    return checkHost(host, port, [...allow, ...rules])
  })
