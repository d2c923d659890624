import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { INSTANT, readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { givesFull } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, whoOf } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import type { Body } from '#core/model/body.ts'
import { fieldDifferences } from '#core/model/difference.ts'
import { maskedRecord, maskedText } from '#core/model/masked-record.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { keptByOwner } from '#core/peers/kept-by-owner.ts'
import { claimedRecord } from '#flow/peers/claim-record.ts'
import { refuse } from '#flow/peers/decide-claim.ts'
import { listSendings } from '#store/claim-sendings.ts'
import { type Claim, type ClaimState, listClaims, readClaim } from '#store/claims.ts'
import { readRecordVersions } from '#store/records.ts'

const ClaimParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Claim · 变更主张' }) })
interface OfClaim {
  Params: { id: string }
}
const ClaimsQuery = query({
  state: Type.Optional(
    Type.Enum(['open', 'accepted', 'refused', 'superseded'], { description: 'State · 状态' }),
  ),
  record: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: 'Record · 记录标识' })),
  ...pageQuery,
})
const DecisionBody = Type.Union(
  [
    Type.Null(),
    Type.Object(
      { reason: Type.Optional(Type.String({ maxLength: 500, pattern: '\\S', description: 'Why · 理由' })) },
      { additionalProperties: false },
    ),
  ],
  { title: 'Decision · 裁定', examples: [{ reason: 'the weight was read wrong' }] },
)
interface Decision extends OfClaim {
  Body: { readonly reason?: string } | null
}

const view = (claim: Claim, full: boolean) => {
  const { recordId, body: _body, flags: _flags, recorded: _recorded, ...rest } = claim
  const record = claimedRecord(claim)
  return { ...rest, recordId, record: full ? record : maskedRecord(record) }
}

/** The content of a record, without what each hub says of its own version. */
function contentOf(record: CanonicalRecord): object {
  const {
    version: _v,
    schema: _s,
    receivedAt: _r,
    message: _m,
    mapping: _p,
    replay: _y,
    flags: _f,
    ...content
  } = record
  return content
}

/** What the record will be where the claim is accepted. */
const acceptedOf = ({ kind, status }: Claim, known: object, claimed: object): object =>
  status === 'void' ? claimed : keptByOwner(kind, known as Body, claimed as Body)

/** `GET /v1/claims`, `GET /v1/claims/{id}`, and what the owner says to one. */
export const claimRoutes =
  ({ pool, intake }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const read = async (id: string, full = false) => {
      const claim = await readClaim(pool, id)
      if (!claim) throw new HubError('not_found', { detail: `claim ${id}` })
      const shown = view(claim, full)
      const [newest] = await readRecordVersions(pool, { id: claim.recordId, limit: 1 })
      const known = newest && contentOf(JSON.parse(full ? newest.text : maskedText(newest.text)))
      const differences = known
        ? fieldDifferences(known, acceptedOf(claim, known, contentOf(shown.record)))
        : []
      return { ...shown, differences, sendings: await listSendings(pool, id) }
    }
    app.route<{ Querystring: PageQuery & { state?: ClaimState; record?: string } }>({
      method: 'GET',
      url: '/v1/claims',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'listClaims',
        tags: ['peers'],
        summary: 'Claims · 变更主张列表',
        description:
          'What others than its owner say of a record, oldest first: on records of this hub, to be decided here; on those of others, on their way to them. 非归属方对记录的更改主张，最早在前；本平台的记录由本平台裁定，其余转往其归属平台。',
        querystring: ClaimsQuery,
        response: { 200: answer('ClaimPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async (request, reply) => {
        const { after, limit = LIMIT, ...filter } = request.query
        const cursor = readCursor(after, INSTANT, UUID)
        const rows = await listClaims(pool, {
          ...filter,
          limit: limit + 1,
          ...(cursor ? { after: { receivedAt: cursor[0] as string, id: cursor[1] as string } } : {}),
        })
        const page = pageOf(rows, limit, (last) => writeCursor(last.receivedAt, last.id))
        const asked = { subject: 'claims', claims: page.rows.map(({ id }) => id) }
        const full = page.rows.length > 0 && (await givesFull(pool, request, reply, asked))
        return { claims: page.rows.map((claim) => view(claim, full)), next: page.next }
      },
    })
    app.route<OfClaim>({
      method: 'GET',
      url: '/v1/claims/:id',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'getClaim',
        tags: ['peers'],
        summary: 'A claim · 变更主张详情',
        description: 'With the links over which it went on to the owner. 含其转往归属平台所经链路。',
        params: ClaimParams,
        response: { 200: answer('ClaimCard', 'The claim · 变更主张'), ...problems(401, 403, 404, 429, 503) },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        return await read(id, await givesFull(pool, request, reply, { subject: id }))
      },
    })
    app.route<Decision>({
      method: 'POST',
      url: '/v1/claims/:id/accept',
      config: { scopes: [] },
      schema: {
        operationId: 'acceptClaim',
        tags: ['peers'],
        summary: 'Accept a claim · 采纳变更主张',
        description:
          'At the hub that owns the record: what is claimed becomes its next version, which goes out to all. 由记录的归属平台采纳：成为该记录的新版本并同步至各方。',
        params: ClaimParams,
        body: DecisionBody,
        response: {
          200: answer('ClaimCard', 'The claim · 变更主张'),
          ...problems(400, 401, 403, 404, 409, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        const reason = request.body?.reason ?? null
        await intake.acceptClaim(id, { who: whoOf(request), reason, keyId: callerOf(request).keyId })
        return await read(id)
      },
    })
    app.route<Decision>({
      method: 'POST',
      url: '/v1/claims/:id/refuse',
      config: { scopes: [] },
      schema: {
        operationId: 'refuseClaim',
        tags: ['peers'],
        summary: 'Refuse a claim · 驳回变更主张',
        description:
          'At the hub that owns the record; the record stays as it is. 由记录的归属平台驳回，记录不变。',
        params: ClaimParams,
        body: DecisionBody,
        response: {
          200: answer('ClaimCard', 'The claim · 变更主张'),
          ...problems(400, 401, 403, 404, 409, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        await refuse(pool, id, { who: whoOf(request), reason: request.body?.reason ?? null })
        return await read(id)
      },
    })
  }
