import { randomBytes } from 'node:crypto'
import type { AdapterClock } from '#adapters/adapter.ts'
import type { ParameterValue } from '#adapters/paging/listing.ts'
import { scaleOf } from '#adapters/paging/watermark/scale.ts'
import { bodyText, type Draft, parametersOf } from '#adapters/pull/draft.ts'
import type { SignSettings } from '#adapters/pull/settings/auth.ts'
import { type ParameterSigning, signParameters } from '#core/signing/parameters.ts'

const AT = '/settings/auth/sign'
/** Stands for the text of the body among the names that are signed. */
const BODY = '{body}'

/**
 * Signs requests over their parameters.
 * @throws AdapterError config for a format of time that is none
 */
export function signerOf(
  settings: SignSettings,
  secret: string,
  clock: AdapterClock,
): (draft: Draft) => void {
  const signing = signingOf(settings)
  const { timestamp, nonce } = settings
  const scale = timestamp && scaleOf(timestamp.format ?? 'epoch-ms', `${AT}/timestamp/format`)
  return (draft) => {
    const own = new Map<string, string>()
    if (timestamp && scale) own.set(timestamp.parameter, scale.write(BigInt(Math.trunc(clock.now()))))
    if (nonce)
      own.set(
        nonce.parameter,
        randomBytes(32)
          .toString('hex')
          .slice(0, nonce.length ?? 32),
      )
    for (const [name, value] of own) put(draft, settings, name, value)
    const signed = new Map([...texts(parametersOf(draft)), ...own])
    signed.delete(settings.parameter)
    if (settings.order?.includes(BODY)) signed.set(BODY, bodyText(draft) ?? '')
    put(draft, settings, settings.parameter, signParameters(signing, secret, signed))
  }
}

function signingOf(settings: SignSettings): ParameterSigning {
  const { algorithm, order, pair, joiner, secretAt, secretName, encoding, letters, signsEmpty } = settings
  return {
    algorithm,
    order: order ?? 'sorted',
    pair: pair ?? 'name=value',
    joiner: joiner ?? '&',
    secretAt: secretAt ?? (algorithm.startsWith('hmac-') ? 'none' : 'back'),
    secretName,
    encoding: encoding ?? 'hex',
    letters: letters ?? 'lower',
    skipsEmpty: signsEmpty !== true,
  }
}

function put({ headers, query, body }: Draft, settings: SignSettings, name: string, value: string): void {
  if (settings.in === 'header') headers[name.toLowerCase()] = value
  else if (settings.in === 'query' || body === null) query.set(name, value)
  else body.values.set(name, value)
}

const texts = (values: ReadonlyMap<string, ParameterValue>): [string, string][] =>
  [...values].map(([name, value]) => [name, String(value)])
