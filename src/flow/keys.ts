import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { isSightScope } from '#core/sight.ts'
import { insertKey, replaceKey, type StoredKey } from '#store/keys.ts'
import { linksOfPersonal } from '#store/links.ts'
import { canLimit } from '#store/reader-role.ts'

const SCOPE = /^(read|case|audit|personal|metrics|admin|push:[a-z0-9-]{1,64}|link:[0-9a-f-]{36})$/
const OF_HUB = new Set([`push:${OWN_SYSTEM}`, `read:${OWN_SYSTEM}`])

/** What is wrong with scopes, by their place in `scopes`. */
export function scopeIssues(scopes: readonly string[]): Issue[] {
  return scopes.flatMap((scope, i) =>
    (SCOPE.test(scope) || isSightScope(scope)) && !OF_HUB.has(scope)
      ? []
      : [
          {
            path: `/scopes/${i}`,
            code: 'E_SCHEMA' as const,
            value: scope.slice(0, 80),
            reason: OF_HUB.has(scope)
              ? `${OWN_SYSTEM} is the hub itself`
              : 'push:<system>, read, read:<system>, read:region:<six digits of GB/T 2260>, case, audit, personal, metrics, link:<id> or admin',
          },
        ],
  )
}

/**
 * The same for who is not of the hub itself, and for what an operator gives: nobody outside administers the hub or reads its log, and no operator makes
 * himself a key for what another role is for.
 */
export function partnerScopeIssues(scopes: readonly string[]): Issue[] {
  return [
    ...scopeIssues(scopes),
    ...scopes.flatMap((scope, i) =>
      /^(admin|audit)/.test(scope)
        ? [
            {
              path: `/scopes/${i}`,
              code: 'E_SCHEMA' as const,
              value: scope,
              reason: 'not for others than operators',
            },
          ]
        : [],
    ),
  ]
}

const OF_LINK = 'link:'

/**
 * Those of the scopes that show personal values in full: `personal`, and `link:<id>` of a link that sees them, because its receiver gets what the link
 * sees.
 */
export async function personalScopes(pool: Pool, scopes: readonly string[]): Promise<string[]> {
  const ids = scopes.flatMap((scope) => (scope.startsWith(OF_LINK) ? [scope.slice(OF_LINK.length)] : []))
  const seeing = ids.length === 0 ? [] : await linksOfPersonal(pool, ids)
  return scopes.filter((scope) => scope === 'personal' || seeing.includes(scope.slice(OF_LINK.length)))
}

const KEY_BYTES = 32
const makeKey = (): { key: string; sha256: Buffer } => {
  const key = `hub_${randomBytes(KEY_BYTES).toString('base64url')}`
  return { key, sha256: createHash('sha256').update(key).digest() }
}

/**
 * Makes a key of 256 random bits. It is given here once; only a keyed digest of it is stored.
 * Throws `invalid_request` for a scope that there is not, or an expiry that is no time or is over.
 */
export async function newKey(
  pool: Pool,
  wanted: {
    readonly name: string
    readonly scopes: readonly string[]
    readonly expiresAt?: string | null
    readonly unitsPerSecond?: number | null
  },
  nowMs = Date.now(),
): Promise<{ key: string; stored: StoredKey }> {
  const issues = scopeIssues(wanted.scopes)
  const expiresAt = wanted.expiresAt ?? null
  if (expiresAt !== null && !(Date.parse(expiresAt) > nowMs)) {
    const isTime = !Number.isNaN(Date.parse(expiresAt))
    const reason = isTime ? 'the time is over already' : 'a time in ISO 8601'
    issues.push({ path: '/expiresAt', code: 'E_SCHEMA', reason })
  }
  const limited = wanted.scopes.findIndex(isSightScope)
  if (limited >= 0 && !(await canLimit(pool)))
    issues.push({
      path: `/scopes/${limited}`,
      code: 'E_SCHEMA',
      reason: 'the database has no role that limits what such a key reads; hub doctor names what to run',
    })
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  const { key, sha256 } = makeKey()
  const stored = await insertKey(pool, {
    id: randomUUID(),
    name: wanted.name,
    scopes: wanted.scopes,
    sha256,
    expiresAt,
    unitsPerSecond: wanted.unitsPerSecond ?? null,
  })
  return { key, stored }
}

/**
 * A key with the same name and scopes in the place of one that counts; both do for a time.
 * Throws `not_found`, or `conflict` where the old one counts no more.
 */
export async function rotatedKey(
  pool: Pool,
  id: string,
  wanted: { readonly expiresAt: string | null; readonly oldEndsAtMs: number },
): Promise<{ key: string; stored: StoredKey }> {
  const { key, sha256 } = makeKey()
  const stored = await replaceKey(pool, id, { ...wanted, id: randomUUID(), sha256 })
  if (stored === null) throw new HubError('not_found', { detail: `key ${id}` })
  if (stored === 'ended')
    throw new HubError('conflict', { detail: `key ${id} is revoked or has expired; make a new one` })
  return { key, stored }
}
