import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { POSITION, readCursor, writeCursor } from '#api/cursor.ts'
import { noteAccess } from '#api/logged-calls.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, holds } from '#api/scopes.ts'
import { readSeenReceipt } from '#api/seen-receipt.ts'
import { HubError } from '#core/errors.ts'
import { signedHead } from '#core/evidence/anchor-line.ts'
import { consistencyPath, packedHashes } from '#core/evidence/merkle.ts'
import { readReceiptProof } from '#flow/evidence/read-receipt-proof.ts'
import { messageTime } from '#flow/intake/message-id.ts'
import { listHeads, readBatchLeaves, readHead, type StoredHead } from '#store/audit-heads.ts'
import { listHeadKeys } from '#store/audit-keys.ts'
import { AUDIT_KINDS, type AuditKind, listAudit } from '#store/audit-log.ts'
import { readReceipt } from '#store/receipts.ts'

const number = (description: string) => Type.Integer({ minimum: 1, maximum: 2_147_483_647, description })

/** `GET /v1/audit/log`, `/v1/audit/heads`, `/v1/audit/consistency` and `/v1/receipts/{id}/proof`. */
export const auditRoutes =
  ({ pool }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const signedHeads = async (heads: readonly StoredHead[]) => {
      const keys = new Map((await listHeadKeys(pool)).map(({ id, publicKey }) => [id, publicKey]))
      return heads.map((head) => signedHead(head, keys.get(head.key) ?? ''))
    }
    app.route<{ Querystring: PageQuery & { kind?: AuditKind; who?: string } }>({
      method: 'GET',
      url: '/v1/audit/log',
      config: { scopes: ['audit'] },
      schema: {
        operationId: 'listAuditLog',
        tags: ['evidence'],
        summary: 'Who did what · 审计日志',
        description: 'Newest first. Reading it is noted in it. 新者在前；查阅本身亦被记录。',
        querystring: query({
          kind: Type.Optional(Type.Enum([...AUDIT_KINDS], { description: 'Kind · 类别' })),
          who: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Who · 操作者' })),
          ...pageQuery,
        }),
        response: { 200: answer('AuditPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async (request) => {
        const { kind, who, after, limit = LIMIT } = request.query
        const before = readCursor(after, POSITION)?.[0]
        const rows = await listAudit(pool, {
          limit: limit + 1,
          ...(kind === undefined ? {} : { kind }),
          ...(who === undefined ? {} : { who }),
          ...(before === undefined ? {} : { before }),
        })
        const page = pageOf(rows, limit, ({ id }) => writeCursor(id))
        await noteAccess(pool, request, {
          subject: 'audit log',
          entries: page.rows.length,
          before: before ?? null,
        })
        const entries = page.rows.map(({ facts, ...entry }) => ({
          ...entry,
          facts: JSON.parse(facts) as object,
        }))
        return { entries, next: page.next }
      },
    })
    app.route<{ Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/audit/heads',
      config: { scopes: ['read', 'audit'] },
      schema: {
        operationId: 'listAuditHeads',
        tags: ['evidence'],
        summary: 'Signed heads of the log · 日志头列表',
        description: 'Newest first. Nothing of a record is in them. 新者在前，不含任何业务内容。',
        querystring: query(pageQuery),
        response: { 200: answer('AuditHeadPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async ({ query: { after, limit = LIMIT } }) => {
        const before = readCursor(after, POSITION)?.[0]
        const page = pageOf(
          await listHeads(pool, before === undefined ? null : Number(before), limit + 1),
          limit,
          (head) => writeCursor(head.number),
        )
        return { heads: await signedHeads(page.rows), next: page.next }
      },
    })
    app.route<{ Querystring: { from: number; to: number } }>({
      method: 'GET',
      url: '/v1/audit/consistency',
      config: { scopes: ['read', 'audit'] },
      schema: {
        operationId: 'getAuditConsistency',
        tags: ['evidence'],
        summary: 'Proof that a head contains an earlier one · 日志头一致性证明',
        description: 'RFC 9162, 2.1.4, over the tree of batches. 对批次树按 RFC 9162 第 2.1.4 节给出。',
        querystring: query({
          from: number('The earlier head · 较早的日志头'),
          to: number('The later head · 较晚的日志头'),
        }),
        response: {
          200: answer('AuditConsistency', 'The proof · 证明'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ query: { from, to } }) => {
        if (from > to)
          throw new HubError('invalid_request', {
            issues: [{ path: '?from', code: 'E_SCHEMA', reason: 'no later than "to"' }],
          })
        const heads = [await readHead(pool, from), await readHead(pool, to)]
        const [older, newer] = heads
        if (!older || !newer) throw new HubError('not_found', { detail: `head ${older ? to : from}` })
        const leaves = packedHashes(await readBatchLeaves(pool, to))
        const [signedOlder, signedNewer] = await signedHeads([older, newer])
        const path = consistencyPath(leaves, from, to).map((hash) => hash.toString('hex'))
        return { from: signedOlder, to: signedNewer, path }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/receipts/:id/proof',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'getReceiptProof',
        tags: ['evidence'],
        summary: 'Proof that a message and its records are in the log · 回执的存在证明',
        description:
          'Seen by whom the receipt is seen by. A message is sealed within about five minutes. 可查看回执者可查；约五分钟内封存。',
        params: Type.Object({ id: Type.String({ description: 'Receipt number · 回执号' }) }),
        response: { 200: answer('ReceiptProof', 'The proof · 证明'), ...problems(400, 401, 404, 429, 503) },
      },
      handler: async (request) => {
        const { id } = request.params
        const isAuditor = holds(callerOf(request), 'audit') && messageTime(id) !== null
        const stored = isAuditor
          ? await readReceipt(pool, id)
          : (await readSeenReceipt(pool, request, id))?.stored
        if (!stored) throw new HubError('not_found', { detail: `receipt ${id}` })
        return await readReceiptProof(pool, stored)
      },
    })
  }
