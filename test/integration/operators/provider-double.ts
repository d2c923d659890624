import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small provider of OpenID Connect over HTTP: discovery, authorization, token with client secret and PKCE, keys. */
export interface ProviderDouble {
  readonly issuer: string
  readonly port: number
  /** Claims of whoever comes next, beside those of the protocol. */
  claims: Record<string, unknown>
  /** What the next tokens and answers are changed by. */
  change: Partial<{
    claims: Record<string, unknown>
    sign: (text: string) => Buffer
    header: Record<string, unknown>
    discovery: Record<string, unknown>
    tokenStatus: number
    answer: string
  }>
  /** Puts another signing key in the place of the one that there is. */
  rotate(): void
  readonly asked: string[]
  close(): Promise<void>
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const read = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

export const CLIENT = { clientId: 'trace-hub', clientSecret: 'a secret: of+this&client' }

/** @param host by which browsers reach it; another site than that of the hub */
export async function startProvider(redirectUri: string, host = '127.0.0.1'): Promise<ProviderDouble> {
  const makeKey = (): { id: string; privateKey: KeyObject; publicKey: KeyObject } => ({
    id: randomBytes(4).toString('hex'),
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  })
  let key = makeKey()
  const codes = new Map<string, { challenge: string; nonce: string }>()
  const server = createServer((request, response) => {
    const json = (status: number, value: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const url = new URL(request.url ?? '/', double.issuer)
    double.asked.push(url.pathname)
    if (url.pathname === '/.well-known/openid-configuration')
      json(200, {
        issuer: double.issuer,
        authorization_endpoint: `${double.issuer}/authorize`,
        token_endpoint: `${double.issuer}/token`,
        jwks_uri: `${double.issuer}/keys`,
        ...double.change.discovery,
      })
    else if (url.pathname === '/keys')
      json(200, {
        keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: key.id, use: 'sig', alg: 'ES256' }],
      })
    else if (url.pathname === '/authorize') {
      const asked = (name: string): string => url.searchParams.get(name) ?? ''
      const isRight =
        asked('response_type') === 'code' &&
        asked('client_id') === CLIENT.clientId &&
        asked('redirect_uri') === redirectUri &&
        asked('scope').split(' ').includes('openid') &&
        asked('code_challenge_method') === 'S256'
      if (!isRight) return json(400, { error: 'invalid_request' })
      const code = randomBytes(8).toString('hex')
      codes.set(code, { challenge: asked('code_challenge'), nonce: asked('nonce') })
      const back = new URL(redirectUri)
      for (const [name, value] of [
        ['code', code],
        ['state', asked('state')],
        ['iss', double.issuer],
      ] as const)
        back.searchParams.set(name, value)
      response.writeHead(302, { location: back.href }).end()
    } else if (url.pathname === '/token')
      void read(request).then((body) => {
        const form = new URLSearchParams(body)
        const [id = '', secret = ''] = Buffer.from(
          request.headers.authorization?.split(' ')[1] ?? '',
          'base64',
        )
          .toString()
          .split(':')
        const plain = (text: string): string => new URLSearchParams(`a=${text}`).get('a') ?? ''
        const known = codes.get(form.get('code') ?? '')
        codes.delete(form.get('code') ?? '')
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url')
        if (plain(id) !== CLIENT.clientId || plain(secret) !== CLIENT.clientSecret)
          return json(401, { error: 'invalid_client' })
        if (!known || known.challenge !== challenge || form.get('redirect_uri') !== redirectUri)
          return json(400, { error: 'invalid_grant' })
        if (double.change.answer !== undefined) return response.end(double.change.answer)
        const nowS = Math.floor(Date.now() / 1000)
        const claims = {
          iss: double.issuer,
          aud: CLIENT.clientId,
          exp: nowS + 300,
          iat: nowS,
          nonce: known.nonce,
          ...double.claims,
          ...double.change.claims,
        }
        const text = `${encoded({ alg: 'ES256', kid: key.id, ...double.change.header })}.${encoded(claims)}`
        const signature = double.change.sign
          ? double.change.sign(text)
          : sign('sha256', Buffer.from(text), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
        return json(double.change.tokenStatus ?? 200, {
          id_token: `${text}.${signature.toString('base64url')}`,
        })
      })
    else json(404, {})
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const double: ProviderDouble = {
    issuer: `http://${host}:${port}`,
    port,
    claims: { sub: 'u-1', preferred_username: 'chen.jie', roles: ['trace-hub-system'] },
    change: {},
    rotate: () => {
      key = makeKey()
    },
    asked: [],
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
  return double
}
