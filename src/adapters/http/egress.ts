import { isIP } from 'node:net'
import { isWithin } from './addresses.ts'

/**
 * Where a partner's links and channels may go, and nowhere else: a host (`api.example.cn`), all hosts below a name (`*.example.cn`), an address or a
 * network (`203.0.113.0/24`, `[2001:db8::]/32`), each with a port where only that one is meant (`:8443`).
 */
export interface EgressEntry {
  /** Lower case; absent where it is a network. */
  readonly host?: string
  /** Whether it is what stands below the host, not the host itself. */
  readonly isBelow?: boolean
  readonly cidr?: string
  readonly port?: number
}

const NETWORK =
  /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<four>\d+\.\d+\.\d+\.\d+))(?:\/(?<bits>\d{1,3}))?(?::(?<port>\d{1,5}))?$/
const HOST =
  /^(?<below>\*\.)?(?<host>(?=.{1,253}(?::|$))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*)(?::(?<port>\d{1,5}))?$/

/** The parts of an entry, null where the text is none. */
export function parseEgress(text: string): EgressEntry | null {
  const written = text.toLowerCase()
  const network = NETWORK.exec(written)?.groups
  const port = (digits: string | undefined): { port?: number } | null =>
    digits === undefined
      ? {}
      : Number(digits) >= 1 && Number(digits) <= 65_535
        ? { port: Number(digits) }
        : null
  if (network) {
    const address = network['six'] ?? network['four'] ?? ''
    const family = isIP(address)
    const most = family === 4 ? 32 : 128
    const bits = Number(network['bits'] ?? most)
    const at = port(network['port'])
    return family !== (network['six'] === undefined ? 4 : 6) || bits > most || at === null
      ? null
      : { cidr: `${address}/${bits}`, ...at }
  }
  const named = HOST.exec(written)?.groups
  const at = port(named?.['port'])
  // A name whose last part is digits is an address in some spelling (`127.1`).
  if (!named || at === null || /(^|\.)\d+$/.test(named['host'] ?? '')) return null
  return { host: named['host'] as string, ...(named['below'] ? { isBelow: true } : {}), ...at }
}

/** Whether all addresses that a host has now, and the port, are in a list. */
export function isListed(
  list: readonly EgressEntry[],
  to: {
    readonly host: string
    readonly port: number
    readonly addresses: readonly { readonly address: string }[]
  },
): boolean {
  const host = to.host.toLowerCase().replace(/\.$/, '')
  const entries = list.filter(({ port }) => port === undefined || port === to.port)
  if (entries.some((entry) => entry.host !== undefined && isNamed(entry, host))) return true
  return to.addresses.every(({ address }) =>
    entries.some(({ cidr }) => cidr !== undefined && isWithin(cidr, address)),
  )
}

const isNamed = ({ host = '', isBelow = false }: EgressEntry, name: string): boolean =>
  isBelow ? name.length > host.length + 1 && name.endsWith(`.${host}`) : name === host
