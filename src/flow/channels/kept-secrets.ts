import type { DeclaredChannel } from '#core/channels/declared.ts'
import type { Issue } from '#core/issue.ts'
import type { ChannelSettings } from '#store/channels.ts'
import { mergeSettings } from './compose.ts'

/** A channel by what its system.yaml says and what was set over it; undefined where no system.yaml names it. */
export interface Aimed {
  readonly declared: DeclaredChannel | undefined
  readonly set: Pick<ChannelSettings, 'settings'>
}

const ADDRESS = /^(url|wsdl|\w+Url)$/

/** Where a channel sends its secrets: protocol, host and port of each address in its settings. */
function placesOf({ declared, set }: Aimed): ReadonlySet<string> {
  const places = new Set<string>()
  const walk = (value: object): void => {
    const { host, port = '', protocol = '' } = value as Readonly<Record<string, unknown>>
    if (host !== undefined) places.add(`${protocol}//${host}:${port}`.toLowerCase())
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'object' && inner !== null) walk(inner)
      else if (typeof inner === 'string' && ADDRESS.test(name)) places.add(URL.parse(inner)?.origin ?? inner)
    }
  }
  if (declared) walk(mergeSettings(declared.settings, set.settings))
  return places
}

/**
 * Refuses that a secret which was given for one address is sent to another: whoever may change the address would be told what is never given back. It must be
 * given anew with the address, or taken away.
 * @param names secrets that are kept as they are
 */
export function misdirected(before: Aimed, after: Aimed, names: readonly string[]): Issue[] {
  const known = placesOf(before)
  if ([...placesOf(after)].every((place) => known.has(place))) return []
  return names.map((name) => ({
    path: `/secrets/${name}`,
    code: 'E_SCHEMA',
    reason: 'the secret was given for another address',
    fix: 'Give it anew together with the address, or take it away with null.',
  }))
}
