import { BlockList, isIP, isIPv4 } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const IPV6_PREFIX = 64

/** Whether an address is one of the trusted proxies, given as addresses and CIDR blocks. */
export function trustOf(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/**
 * Who asks: the address of the connection, or where that is a trusted proxy the last one of `X-Forwarded-For` that is none. What
 * stands before it could have been written by anyone. IPv6 by its first 64 bits, which one subscriber has whole.
 */
export function clientOf(
  connection: string,
  forwarded: string | readonly string[] | undefined,
  isTrusted: (address: string) => boolean,
): string {
  let client = plain(connection)
  const chain = forwarded === undefined ? [] : [forwarded].flat().join(',').split(',')
  for (const written of chain.reverse()) {
    if (!isTrusted(client)) break
    const address = plain(written.trim())
    if (isIP(address) === 0) break
    client = address
  }
  return isIPv4(client) ? client : networkOf(client)
}

const plain = (address: string): string => MAPPED.exec(address)?.[1] ?? address

/** `2001:db8:1:2::/64` for any address in it. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : 8 - before.length - behind.length
  const groups = [...before, ...Array.from({ length: Math.max(missing, 0) }, () => '0'), ...behind]
  const first = groups.slice(0, IPV6_PREFIX / 16).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/${IPV6_PREFIX}`
}
