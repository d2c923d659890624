import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type AllowedAddress, mayConnect, parseAllowed } from './addresses.ts'
import { type EgressEntry, isListed, parseEgress } from './egress.ts'

/** An address that a receiver or source may not have. `reason` says what is wrong with it; it is safe to show. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** Asks for all addresses of a name. */
export type Resolve = (name: string) => Promise<readonly ResolvedAddress[]>

export interface CheckedAddress {
  readonly url: URL
  readonly allow: readonly AllowedAddress[]
  /** Every address that the name has now; all of them were checked. The connection goes to one of these and nowhere else. */
  readonly addresses: readonly ResolvedAddress[]
}

const resolveBySystem: Resolve = async (name) =>
  (await lookup(name, { all: true, verbatim: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }))

/** Port of a URL, also where it is the usual one. */
export const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80)

/**
 * Checks an address given by a user before anything is sent there: https or http, no user or password, and a host that `checkHost`
 * lets pass. URLs turn `127.1` and `2130706433` into an IP.
 * @throws AddressRefused; errors of name resolution come as they are
 */
export async function checkAddress(
  text: string,
  allow: readonly string[],
  resolve: Resolve = resolveBySystem,
): Promise<CheckedAddress> {
  const url = checkUrl(text)
  const checked = await checkHost(url.hostname, portOf(url), allow, resolve)
  return { url, ...checked }
}

/**
 * Checks the host and port of any protocol: not one address of a private or special network but those in `allow` (`127.0.0.1/32:9000`). Where there are
 * rules of a list among them (`only:<entry>`, see `readEgressRules`), the host or all of its addresses stand in it.
 * @throws AddressRefused; errors of name resolution come as they are
 */
export async function checkHost(
  hostname: string,
  port: number,
  allow: readonly string[],
  resolve: Resolve = resolveBySystem,
): Promise<Omit<CheckedAddress, 'url'>> {
  const allowed = allowedOf(allow)
  const host = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const addresses =
    family === 0 ? await resolve(host) : [{ address: host, family: family === 6 ? 6 : 4 } as const]
  if (addresses.length === 0) throw new AddressRefused(`${host} has no address`)
  for (const { address } of addresses) {
    if (!mayConnect(address, port, allowed)) throw new AddressRefused(refusedHost(host, address, port))
  }
  const list = readList(allow)
  if (list && !isListed(list, { host, port, addresses }))
    throw new AddressRefused(`${host}:${port} is not in the egress list of its partner or of the hub`)
  return { allow: allowed, addresses }
}

/**
 * The parts of a URL that need no name resolution.
 * @throws AddressRefused
 */
export function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url) throw new AddressRefused('not a URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new AddressRefused('only https and http')
  if (url.username !== '' || url.password !== '') throw new AddressRefused('no user or password in the URL')
  return url
}

/** The private addresses among addresses and rules. @throws AddressRefused */
export const allowedOf = (allow: readonly string[]): AllowedAddress[] => readAllowed(allow.filter(isNoRule))

/** @throws AddressRefused, also for a rule: no caller gives one */
export function readAllowed(allow: readonly string[]): AllowedAddress[] {
  return allow.map((text) => {
    const parsed = parseAllowed(text)
    if (!parsed) throw new AddressRefused(`"${text}" is not CIDR:port, such as 127.0.0.1/32:9000`)
    return parsed
  })
}

/** Begins a rule of a list of hosts and networks beyond which nothing is reached. */
const ONLY = 'only:'
const isNoRule = (text: string): boolean => !text.startsWith(ONLY)

/** The first rule of a list, which fits nothing, so that an empty list is one. */
const LIST_BEGINS = `${ONLY}-`

/** The list of the rules; null where there is none. What stands before its beginning is not of it, whoever wrote it. */
function readList(allow: readonly string[]): EgressEntry[] | null {
  const begin = allow.lastIndexOf(LIST_BEGINS)
  if (begin < 0) return null
  return allow.slice(begin + 1).flatMap((rule) => parseEgress(rule.slice(ONLY.length)) ?? [])
}

function refusedHost(host: string, address: string, port: number): string {
  const what = host === address ? address : `${host} (${address})`
  return `${what} is a private or special address; name it in allowAddress, such as ${address}/${
    isIP(address) === 6 ? 128 : 32
  }:${port}`
}
