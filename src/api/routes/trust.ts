import { createHash } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { verifySm2 } from '#adapters/sm2/sm2.ts'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { DerFault } from '#core/der/der.ts'
import { HubError } from '#core/errors.ts'
import { nameText, pemBlocks, readCertificate } from '#core/pki/certificate.ts'
import { judgeSignature } from '#core/pki/judge.ts'
import { readRevocationList } from '#core/pki/revocation-list.ts'
import { heldTrust } from '#flow/signatures/held-trust.ts'
import { listTrust, putAnchor, putList, removeAnchor } from '#store/trust.ts'

/** A list is parsed in one go, and every answer of the process waits for it. */
const LIST_MAX_BYTES = 1_048_576
const pem = (most: number) =>
  Type.String({ minLength: 1, maxLength: most, description: 'PEM, or base64 of DER · PEM 或 DER 的 base64' })

const AnchorBody = Type.Object(
  {
    certificate: pem(30_000),
    withoutLists: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether certificates below it count without a list of those taken back · 无吊销列表时是否采信',
      }),
    ),
  },
  { additionalProperties: false, title: 'An authority to trust · 可信机构' },
)
const ListBody = Type.Object(
  { list: pem(1_500_000) },
  { additionalProperties: false, title: 'A revocation list · 吊销列表' },
)
const VerifyBody = Type.Object(
  {
    signature: Type.String({
      minLength: 1,
      maxLength: 350_000,
      description: 'Base64 of a detached CMS/PKCS#7 signature · 分离式签名的 base64',
    }),
    content: Type.Optional(
      Type.String({ maxLength: 1_000_000, description: 'What was signed, as text · 被签名的文本' }),
    ),
    contentBase64: Type.Optional(
      Type.String({ maxLength: 1_400_000, description: 'The same as bytes · 被签名的字节（base64）' }),
    ),
  },
  { additionalProperties: false, title: 'A signed paper · 带签名的凭证' },
)

const wrong = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })

/** The one block of a text of PEM, read. */
function readOne<T>(
  text: string,
  kind: string,
  path: string,
  read: (bytes: Buffer) => T,
): { der: Buffer; value: T } {
  const [der, ...more] = pemBlocks(text, kind)
  if (!der || more.length > 0) throw wrong(path, `one ${kind} in PEM, or base64 of its DER, is wanted`)
  try {
    return { der, value: read(der) }
  } catch (error) {
    if (error instanceof DerFault) throw wrong(path, error.message)
    throw error
  }
}

const fingerprintOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** `GET /v1/trust`, `POST /v1/trust/anchors`, `DELETE /v1/trust/anchors/{fingerprint}`, `POST /v1/trust/lists` and `POST /v1/documents/verify`. */
export const trustRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/v1/trust',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'getTrust',
        tags: ['trace'],
        summary: 'By whom signatures on papers are believed · 信任配置',
        description:
          'Authorities, and their lists of certificates that were taken back. 可信机构及其吊销列表。',
        querystring: query({}),
        response: {
          200: answer('TrustView', 'What is trusted · 信任配置'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: () => listTrust(pool),
    })
    app.route<{ Body: { certificate: string; withoutLists?: boolean } }>({
      method: 'POST',
      url: '/v1/trust/anchors',
      config: { scopes: [] },
      schema: {
        operationId: 'addTrustAnchor',
        tags: ['trace'],
        summary: 'Trust an authority · 添加可信机构',
        description:
          'The certificate of an authority, or of a department that signs itself. Signatures that were judged before are judged anew. 机构证书或直接签名的部门证书；已核验的签名将重新核验。',
        body: AnchorBody,
        response: {
          201: answer('TrustAnchor', 'The authority · 可信机构'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async ({ body: { certificate: text, withoutLists = false } }, reply) => {
        const { der, value } = readOne(text, 'CERTIFICATE', '/certificate', readCertificate)
        const subject = nameText(value.subject)
        const { notAfterMs } = value
        reply.code(201)
        return await putAnchor(pool, {
          fingerprint: fingerprintOf(der),
          der,
          subject,
          notAfterMs,
          withoutLists,
        })
      },
    })
    app.route<{ Params: { fingerprint: string } }>({
      method: 'DELETE',
      url: '/v1/trust/anchors/:fingerprint',
      config: { scopes: [] },
      schema: {
        operationId: 'removeTrustAnchor',
        tags: ['trace'],
        summary: 'Trust an authority no more · 移除可信机构',
        description: 'What it vouched for is judged anew. 其担保的签名将重新核验。',
        params: Type.Object({
          fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 · 指纹' }),
        }),
        response: {
          204: { description: 'Removed · 已移除', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { fingerprint } }, reply) => {
        if (!(await removeAnchor(pool, fingerprint)))
          throw new HubError('not_found', { detail: `authority ${fingerprint}` })
        return reply.code(204).send()
      },
    })
    app.route<{ Body: { list: string } }>({
      method: 'POST',
      url: '/v1/trust/lists',
      config: { scopes: [] },
      schema: {
        operationId: 'addRevocationList',
        tags: ['trace'],
        summary: 'Give a revocation list · 提供证书吊销列表',
        description:
          'It counts for the authority whose key signed it, until its next update. Signatures that were judged before are judged anew. 由其签名机构生效，至下次更新时间为止；已核验的签名将重新核验。',
        body: ListBody,
        response: {
          201: answer('RevocationList', 'The list · 吊销列表'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async ({ body: { list: text } }, reply) => {
        const { der, value } = readOne(text, 'X509 CRL', '/list', readRevocationList)
        if (der.length > LIST_MAX_BYTES)
          throw new HubError('too_large', { detail: `more than ${LIST_MAX_BYTES} bytes` })
        reply.code(201)
        const { thisUpdateMs, nextUpdateMs, issuer, revoked } = value
        return await putList(pool, {
          fingerprint: fingerprintOf(der),
          issuer: fingerprintOf(issuer),
          issuerName: nameText(issuer),
          der,
          thisUpdateMs,
          nextUpdateMs,
          revoked: revoked.size,
        })
      },
    })
    app.route<{ Body: { signature: string; content?: string; contentBase64?: string } }>({
      method: 'POST',
      url: '/v1/documents/verify',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'verifyDocument',
        tags: ['trace'],
        summary: 'Verify a signed paper · 核验凭证签名',
        description: [
          'A paper that is shown at the gate with its detached signature (CMS/PKCS#7; RSA, ECDSA or SM2): whether a department that is trusted',
          'signed exactly these bytes. Nothing of it is kept.',
          '',
          '核验现场出示的带分离式签名的凭证：是否由可信部门对该内容签名；不保存任何内容。',
        ].join('\n'),
        body: VerifyBody,
        response: {
          200: answer('SignatureVerdict', 'What it is worth · 核验结果'),
          ...problems(400, 401, 403, 413, 415, 429, 503),
        },
      },
      handler: async ({ body: { signature, content, contentBase64 } }) => {
        if ((content === undefined) === (contentBase64 === undefined))
          throw wrong('/content', 'either content or contentBase64 is wanted')
        const { der } = readOne(signature, 'PKCS7', '/signature', (bytes) => bytes)
        const nowMs = clock()
        const bytes =
          content === undefined ? Buffer.from(contentBase64 ?? '', 'base64') : Buffer.from(content, 'utf8')
        const { trust } = await heldTrust(pool)
        const judged = await judgeSignature(
          { signature: der, content: bytes, seenMs: nowMs, nowMs },
          trust,
          verifySm2,
        )
        const { state, reason, signer, signedAtMs } = judged
        return {
          state,
          reason,
          signer,
          signedAt: signedAtMs === null ? null : new Date(signedAtMs).toISOString(),
          checkedAt: new Date(nowMs).toISOString(),
        }
      },
    })
  }
