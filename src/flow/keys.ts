import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { insertKey, type StoredKey } from '#store/keys.ts'

const SCOPE = /^(read|admin|push:[a-z0-9-]{1,64}|link:[0-9a-f-]{36})$/

/**
 * Makes a key of 256 random bits. It is given here once; only its SHA-256 is stored.
 * Throws `invalid_request` for a scope that there is not, or an expiry that is no time.
 */
export async function newKey(
  pool: Pool,
  wanted: { readonly name: string; readonly scopes: readonly string[]; readonly expiresAt?: string | null },
): Promise<{ key: string; stored: StoredKey }> {
  const issues: Issue[] = wanted.scopes.flatMap((scope, i) =>
    SCOPE.test(scope) && scope !== `push:${OWN_SYSTEM}`
      ? []
      : [
          {
            path: `/scopes/${i}`,
            code: 'E_SCHEMA' as const,
            value: scope.slice(0, 80),
            reason:
              scope === `push:${OWN_SYSTEM}`
                ? `${OWN_SYSTEM} is the hub itself`
                : 'push:<system>, read, link:<id> or admin',
          },
        ],
  )
  const expiresAt = wanted.expiresAt ?? null
  if (expiresAt !== null && Number.isNaN(Date.parse(expiresAt))) {
    issues.push({ path: '/expiresAt', code: 'E_SCHEMA', reason: 'a time in ISO 8601' })
  }
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  const key = `hub_${randomBytes(32).toString('base64url')}`
  const digest = createHash('sha256').update(key).digest()
  const stored = await insertKey(pool, {
    id: randomUUID(),
    name: wanted.name,
    scopes: wanted.scopes,
    digest,
    expiresAt,
  })
  return { key, stored }
}
