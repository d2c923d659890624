import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { sealingKey } from '#store/sealing-key.ts'

/** What a hash costs: N = 2^log2, r and p of scrypt. */
export interface Cost {
  readonly log2: number
  readonly r: number
  readonly p: number
}

/** OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3, 32 MiB for each; as strong as 2^17 with p = 1, which takes 128 MiB. */
const COST: Cost = { log2: 15, r: 8, p: 3 }
const MEMORY_MAX = 64 * 1024 * 1024
const HASH_BYTES = 32
const SALT_BYTES = 16
/** At once, of the four threads that Node has for such work, and waiting: who floods the sign-in takes no more of the machine than this. */
const AT_ONCE = 2
const WAITING_MAX = 16

export const PASSWORD_MIN = 12
export const PASSWORD_MAX = 200

/** What is wrong with a new password; null where it may be used. Three of four kinds of characters (GB/T 22239-2019, 8.1.4.1 a), or 20 of any. */
export function passwordFault(password: string, name: string): 'short' | 'long' | 'simple' | 'name' | null {
  const length = [...password].length
  if (length < PASSWORD_MIN) return 'short'
  if (length > PASSWORD_MAX || !password.isWellFormed()) return 'long'
  if (password.toLowerCase().includes(name.toLowerCase())) return 'name'
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u].filter((kind) =>
    kind.test(password),
  ).length
  const isVaried = new Set(password).size >= 6
  return isVaried && (kinds >= 3 || length >= 20) ? null : 'simple'
}

/** The text that is stored for a password: parameters, salt and hash. `cost` is what a hub takes; tests of something else take less. */
export async function hashPassword(pool: Pool, password: string, cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(await peppered(pool, password), salt, cost)
  return ['scrypt', cost.log2, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join(
    '$',
  )
}

/** Whether it is the password; the same work is done where nothing is stored, and the answer is then no. */
export async function passwordFits(pool: Pool, password: string, stored: string | null): Promise<boolean> {
  const [, log2, r, p, salt = '', hash = ''] = (stored ?? NOBODY).split('$')
  const wanted = Buffer.from(hash, 'base64url')
  const given = await derive(await peppered(pool, password), Buffer.from(salt, 'base64url'), {
    log2: Number(log2),
    r: Number(r),
    p: Number(p),
  })
  return wanted.length === given.length && timingSafeEqual(wanted, given) && stored !== null
}

const NOBODY = [
  'scrypt',
  COST.log2,
  COST.r,
  COST.p,
  'AAAAAAAAAAAAAAAAAAAAAA',
  Buffer.alloc(HASH_BYTES).toString('base64url'),
].join('$')

/** Under a secret of the hub, so that a copy of the table alone lets nobody try passwords. The same letters however they were typed. */
const peppered = async (pool: Pool, password: string): Promise<Buffer> =>
  createHmac('sha256', await sealingKey(pool, 'operator-passwords'))
    .update(password.normalize('NFKC'))
    .digest()

let running = 0
const waiting: (() => void)[] = []

async function derive(secret: Buffer, salt: Buffer, { log2, r, p }: Cost): Promise<Buffer> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_MAX) throw new HubError('overloaded', { retryAfterMs: 5000 })
    await new Promise<void>((go) => waiting.push(go))
  }
  running++
  try {
    return await new Promise((resolve, reject) =>
      scrypt(secret, salt, HASH_BYTES, { N: 2 ** log2, r, p, maxmem: MEMORY_MAX }, (error, hash) =>
        error ? reject(error) : resolve(hash),
      ),
    )
  } finally {
    running--
    waiting.shift()?.()
  }
}
