import { BlockList, isIP } from 'node:net'

// IANA special-purpose registries (RFC 6890): what is not a public unicast address.
const BLOCKED_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
// Of IPv6 only 2000::/3 was ever given out as such: what lies beside it is private, local, an IPv4 address in some translation, or of nobody yet.
const BLOCKED_6: readonly (readonly [string, number])[] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** Apart, because a list looks for an IPv4 address among its networks of IPv6 too. */
const blocked = { ipv4: new BlockList(), ipv6: new BlockList() }
for (const [net, prefix] of BLOCKED_4) blocked.ipv4.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of BLOCKED_6) blocked.ipv6.addSubnet(net, prefix, 'ipv6')

/** A network and port that a link may use although it is private. */
export interface AllowedAddress {
  readonly cidr: string
  readonly port: number
  /** Last port, where it is a range: the passive connections of FTP have one. */
  readonly toPort?: number
}

const ALLOW = /^(?<address>[0-9A-Fa-f:.]+)\/(?<prefix>\d{1,3}):(?<port>\d{1,5})(?:-(?<toPort>\d{1,5}))?$/

/** The parts of `127.0.0.1/32:9000`, `[fd00::]/8:443` or `10.0.0.5/32:50000-50100`, null where the text is none. */
export function parseAllowed(text: string): AllowedAddress | null {
  const groups = ALLOW.exec(text.replace(/^\[([^\]]*)\]/, '$1'))?.groups
  if (!groups) return null
  const { address = '', prefix = '', port = '', toPort = port } = groups
  const family = isIP(address)
  const bits = Number(prefix)
  const [first, last] = [Number(port), Number(toPort)]
  if (family === 0 || bits > (family === 4 ? 32 : 128) || first < 1 || last < first || last > 65_535)
    return null
  return { cidr: `${address}/${bits}`, port: first, ...(last === first ? {} : { toPort: last }) }
}

/** An IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`) as IPv4; any other as it is. */
function unmapped(address: string): string {
  const mapped = /^::ffff:(?:0:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1]) return mapped[1]
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address)
  if (!hex) return address
  const high = Number.parseInt(hex[1] ?? '0', 16)
  const low = Number.parseInt(hex[2] ?? '0', 16)
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** Whether a connection to this address and port may be made: public, or allowed by name. Anything that is no address may not. */
export function mayConnect(address: string, port: number, allow: readonly AllowedAddress[]): boolean {
  const plain = unmapped(address.replace(/%.*$/, ''))
  const family = isIP(plain)
  if (family === 0) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  if (!blocked[type].check(plain, type)) return true
  return allow.some(
    ({ cidr, port: first, toPort: last = first }) =>
      first <= port && port <= last && holds(cidr, plain, type),
  )
}

/** Whether an address, also an IPv4 one inside an IPv6 one, lies in a network. */
export function isWithin(cidr: string, address: string): boolean {
  const plain = unmapped(address.replace(/%.*$/, ''))
  const family = isIP(plain)
  return family !== 0 && holds(cidr, plain, family === 4 ? 'ipv4' : 'ipv6')
}

function holds(cidr: string, address: string, type: 'ipv4' | 'ipv6'): boolean {
  const [net = '', prefix = ''] = cidr.split('/')
  if ((isIP(net) === 4) !== (type === 'ipv4')) return false
  const list = new BlockList()
  list.addSubnet(net, Number(prefix), type)
  return list.check(address, type)
}
