import { createHash, createHmac } from 'node:crypto'

/** Digests over the text of a request. SM3 is that of GB/T 32905. */
export const PARAMETER_ALGORITHMS = [
  'md5',
  'sha1',
  'sha256',
  'sha512',
  'sm3',
  'hmac-md5',
  'hmac-sha1',
  'hmac-sha256',
  'hmac-sha512',
  'hmac-sm3',
] as const

export type ParameterAlgorithm = (typeof PARAMETER_ALGORITHMS)[number]

/** How the parameters of a request are signed, as platforms do: one text of all, with the secret in it, and a digest over that. */
export interface ParameterSigning {
  readonly algorithm: ParameterAlgorithm
  /** Names in the order in which they are signed; `sorted`: all, by the numbers of their characters. */
  readonly order: 'sorted' | readonly string[]
  readonly pair: 'name=value' | 'namevalue' | 'value'
  /** What stands between two parameters. */
  readonly joiner: string
  /** Where the secret stands in the text. `none`: it is the key of an HMAC only. */
  readonly secretAt: 'none' | 'front' | 'back' | 'both'
  /** As a parameter of this name: `&key=…`; undefined: as it is. */
  readonly secretName: string | undefined
  readonly encoding: 'hex' | 'base64'
  readonly letters: 'lower' | 'upper'
  /** Whether parameters without a value are left out. */
  readonly skipsEmpty: boolean
}

/** The signature over parameters, in their order where it is `sorted` or named. */
export function signParameters(
  signing: ParameterSigning,
  secret: string,
  parameters: ReadonlyMap<string, string>,
): string {
  const { algorithm, encoding, letters } = signing
  const text = signedText(signing, secret, parameters)
  const digest = algorithm.startsWith('hmac-')
    ? createHmac(algorithm.slice('hmac-'.length), secret)
    : createHash(algorithm)
  const signature = digest.update(text, 'utf8').digest(encoding)
  // Base64 has letters of both cases.
  return encoding === 'hex' && letters === 'upper' ? signature.toUpperCase() : signature
}

/** The text that is signed. */
export function signedText(
  { order, pair, joiner, secretAt, secretName, skipsEmpty }: ParameterSigning,
  secret: string,
  parameters: ReadonlyMap<string, string>,
): string {
  const names = order === 'sorted' ? [...parameters.keys()].sort(byCodeUnits) : order
  const pairOf = (name: string, value: string): string =>
    pair === 'value' ? value : pair === 'namevalue' ? name + value : `${name}=${value}`
  const pairs = names.flatMap((name) => {
    const value = parameters.get(name) ?? ''
    return value === '' && skipsEmpty ? [] : [pairOf(name, value)]
  })
  const text = pairs.join(joiner)
  if (secretAt === 'none') return text
  const between = secretName === undefined || text === '' ? '' : joiner
  const own = secretName === undefined ? secret : pairOf(secretName, secret)
  const front = secretAt === 'back' ? '' : own + between
  return front + text + (secretAt === 'front' ? '' : between + own)
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
