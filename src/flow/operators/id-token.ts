import { jwtFits, readJwk, readJwt } from '#core/signing/jwt.ts'

/** Why a provider, or what it says, is not believed. For the log; the operator is told one sentence for all. */
export class ProviderFault extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause })
    this.name = 'ProviderFault'
  }
}

const LEEWAY_MS = 60_000
/** A token is made for this sign-in; one that is older was made for another. */
const AGE_MAX_MS = 600_000
const SUBJECT_MAX = 255

/**
 * The claims of an id_token, once it is what OpenID Connect Core 3.1.3.7 asks for: signed by a key of the issuer (RS256, PS256, ES256 or EdDSA), of that issuer, for
 * this client, of this sign-in, now. @throws ProviderFault
 */
export async function verifiedToken(
  token: string,
  wanted: {
    readonly issuer: string
    readonly clientId: string
    readonly nonce: string
    readonly nowMs: number
    /** Keys of the issuer, asked for anew where none has this identifier. */
    readonly keysOf: (keyId: string | undefined) => Promise<readonly Readonly<Record<string, unknown>>[]>
  },
): Promise<Readonly<Record<string, unknown>>> {
  const { issuer, clientId, nonce, nowMs } = wanted
  const jwt = readJwt(token)
  if (!jwt) throw new ProviderFault('the id_token is no token of RS256, PS256, ES256 or EdDSA')
  const { claims, keyId, algorithm } = jwt
  const keys = (await wanted.keysOf(keyId)).filter(({ kid }) => keyId === undefined || kid === keyId)
  const isSigned = keys.some((jwk) => {
    const key = readJwk(jwk)
    return key !== null && (jwk['alg'] === undefined || jwk['alg'] === algorithm) && jwtFits(jwt, key)
  })
  if (!isSigned) throw new ProviderFault('the id_token is not signed by a key of the issuer')
  const { iss, aud, azp, exp, iat, sub } = claims
  if (iss !== issuer) throw new ProviderFault('the id_token is of another issuer')
  const audiences = [aud].flat()
  if (
    !audiences.includes(clientId) ||
    (audiences.length > 1 && azp !== clientId) ||
    (azp !== undefined && azp !== clientId)
  )
    throw new ProviderFault('the id_token is for another client')
  if (claims['nonce'] !== nonce) throw new ProviderFault('the id_token is of another sign-in')
  if (typeof exp !== 'number' || exp * 1000 + LEEWAY_MS <= nowMs)
    throw new ProviderFault('the id_token has expired')
  if (typeof iat !== 'number' || Math.abs(iat * 1000 - nowMs) > AGE_MAX_MS)
    throw new ProviderFault('the id_token was not made now')
  if (typeof sub !== 'string' || sub === '' || sub.length > SUBJECT_MAX || /[^\x21-\x7e]/.test(sub))
    throw new ProviderFault('the id_token has no subject')
  return claims
}
