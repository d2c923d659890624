import { createHmac } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { isPurpose, PURPOSES } from '#core/model/purposes.ts'
import { noteAudit } from '#store/audit-log.ts'
import { sealingKey } from '#store/sealing-key.ts'
import { whoOf } from './scopes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Why a call that is no GET leaves no entry in the audit log: it is intake, which is its own log, or it only asks. */
    readonly unlogged?: 'intake' | 'asks'
  }
}

const CHANGING: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Every call that may change something leaves two entries: before it is done, who asks for what, and before it is answered, how it ended.
 * A call whose first entry cannot be written is not done. What was sent is digested under a key of the hub, because there may be a secret in it.
 */
export function logCalls(app: FastifyInstance, pool: Pool): void {
  const isLogged = ({ method, routeOptions }: FastifyRequest): boolean =>
    CHANGING.has(method) && routeOptions.config.unlogged === undefined
  const note = async (request: FastifyRequest, facts: object): Promise<void> => {
    const { schema, url } = request.routeOptions as { schema?: { operationId?: string }; url?: string }
    const subject = keepable(Object.values((request.params ?? {}) as Record<string, string>).join('/'))
    const action = schema?.operationId ?? `${request.method} ${url}`
    await noteAudit(pool, { kind: 'administration', who: whoOf(request), action, subject, facts })
  }
  app.addHook('preHandler', async (request) => {
    if (!isLogged(request) || !request.caller) return
    const sent = request.body === undefined ? null : await digestOf(pool, request.body)
    await note(request, { asked: request.id, sent })
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (isLogged(request) && request.caller)
      await note(request, { answered: request.id, status: reply.statusCode })
    return payload
  })
}

const SUBJECT_MAX = 1000

/** What a path names may be anything: PostgreSQL keeps no NUL, and nobody needs to read more than so much of it. */
const keepable = (subject: string): string => subject.replaceAll('\0', '\u2400').slice(0, SUBJECT_MAX)

async function digestOf(pool: Pool, body: unknown): Promise<string> {
  const key = await sealingKey(pool, 'audit-bodies')
  const text = Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return createHmac('sha256', key).update(text).digest('hex')
}

const PURPOSE_MAX = 200

/** Why somebody reads, from the header `Hub-Purpose` (a word of `PURPOSES`, more behind a semicolon, percent-encoded UTF-8); null where it is not said. */
export function purposeOf({ headers }: FastifyRequest): string | null {
  const given = headers['hub-purpose']
  if (given === undefined) return null
  const bad = (): HubError =>
    new HubError('invalid_request', {
      issues: [
        {
          path: 'Hub-Purpose',
          code: 'E_SCHEMA',
          reason: `one of ${Object.keys(PURPOSES).join(', ')}`,
          fix: `More may stand behind a semicolon: at most ${PURPOSE_MAX} characters, as percent-encoded UTF-8.`,
        },
      ],
    })
  let text: string
  try {
    text = decodeURIComponent(String(given)).trim()
  } catch {
    throw bad()
  }
  if (!isPurpose(text) || text.length > PURPOSE_MAX || !text.isWellFormed() || text.includes('\0'))
    throw bad()
  return text
}

/**
 * Notes that somebody is about to be given values that may be of a person: which records, and why. It is there before they are.
 * @param read a record, a message, or which part of a list
 */
export async function noteAccess(
  pool: Pool,
  request: FastifyRequest,
  read: { readonly subject: string } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const { subject, ...facts } = read
  const { schema } = request.routeOptions as { schema?: { operationId?: string } }
  await noteAudit(pool, {
    kind: 'access',
    who: whoOf(request),
    action: schema?.operationId ?? 'read',
    subject,
    facts: { purpose: purposeOf(request), ...facts },
  })
}
