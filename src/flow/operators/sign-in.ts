import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { stepOfCode } from '#core/signing/totp.ts'
import { noteAudit } from '#store/audit-log.ts'
import { insertSession, type SessionHolder } from '#store/operator-sessions.ts'
import {
  claimCode,
  type OperatorProof,
  readProof,
  storePassword,
  useRecovery,
  useStep,
} from '#store/operators.ts'
import { sealingKey } from '#store/sealing-key.ts'
import { claimAttempt, clearAttempts } from '#store/sign-in-attempts.ts'
import { digestOfCode } from './codes.ts'
import { hashPassword, PASSWORD_MAX, passwordFault, passwordFits } from './password.ts'

/**
 * Wrong codes behind the right password, from anywhere, after which the operator must enrol anew: three codes count at once, so whoever has the password
 * gets in by trying with one in eleven thousand.
 */
const CODE_FAILURES_MAX = 30
const TOKEN_BYTES = 32
const NAME_MAX = 64
const NOBODY = Buffer.alloc(20)

export interface SignIn {
  readonly name: string
  readonly password: string
  /** Of the authenticator, or a recovery code. */
  readonly code: string
  /** From where: an address, or the network of one. */
  readonly network: string
  readonly nowMs: number
}

export type SignedIn =
  | {
      readonly kind: 'in'
      readonly token: string
      readonly operator: Pick<SessionHolder, 'id' | 'name' | 'role'>
    }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly waitMs: number }

/**
 * Signs an operator in by password and code. The answer and the work are the same whether there is such an operator, whether the password was wrong or the
 * code. Who fails must wait, by name and network: nobody keeps others out of their own.
 */
export async function signIn(pool: Pool, given: SignIn): Promise<SignedIn> {
  const proof = await prove(pool, given)
  if (proof.kind !== 'proven') return proof
  const { operator, password } = proof
  const token = await openSession(pool, { id: operator.id, password }, given.nowMs)
  return token === null ? { kind: 'wrong' } : { kind: 'in', token, operator }
}

/**
 * Sets another password for who proves himself by the old one and a code; all sessions end, and a new one begins. What is wrong with the new password is told
 * before anything is tried.
 */
export async function changePassword(
  pool: Pool,
  given: SignIn & { readonly next: string },
): Promise<
  SignedIn | { readonly kind: 'fault'; readonly fault: 'short' | 'long' | 'simple' | 'name' | 'same' }
> {
  const fault = given.next === given.password ? 'same' : passwordFault(given.next, given.name)
  if (fault) return { kind: 'fault', fault }
  const proof = await prove(pool, given)
  if (proof.kind !== 'proven') return proof
  const { operator } = proof
  const password = await hashPassword(pool, given.next)
  await storePassword(pool, operator.id, password)
  await note(pool, operator.id, 'changePassword')
  const token = await openSession(pool, { id: operator.id, password }, given.nowMs)
  return token === null ? { kind: 'wrong' } : { kind: 'in', token, operator }
}

type Proof =
  | {
      readonly kind: 'proven'
      readonly operator: Pick<SessionHolder, 'id' | 'name' | 'role'>
      /** As it is stored. */
      readonly password: string | null
    }
  | Exclude<SignedIn, { readonly kind: 'in' }>

async function prove(pool: Pool, given: SignIn): Promise<Proof> {
  const { nowMs } = given
  const subject = await subjectOf(pool, given)
  const waitMs = await claimAttempt(pool, subject, nowMs)
  if (waitMs > 0) return { kind: 'wait', waitMs }
  const operator = given.name.length <= NAME_MAX ? await readProof(pool, given.name) : null
  const isPassword =
    (await passwordFits(pool, given.password.slice(0, PASSWORD_MAX * 2), operator?.password ?? null)) &&
    operator !== null &&
    !operator.isDisabled
  const isCode = await codeFits(pool, operator, given, isPassword)
  if (!isPassword || !isCode || operator === null) {
    if (operator) await note(pool, operator.id, 'signInFailed')
    return { kind: 'wrong' }
  }
  await clearAttempts(pool, subject, nowMs)
  const { id, name, role, password } = operator
  return { kind: 'proven', operator: { id, name, role }, password }
}

/**
 * Opens a session for an operator who proved himself.
 * @returns what the cookie holds; null where he was disabled meanwhile, or has another password
 */
export async function openSession(
  pool: Pool,
  { id, password }: { readonly id: string; readonly password: string | null },
  nowMs: number,
): Promise<string | null> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  await note(pool, id, 'signIn')
  const isOpen = await insertSession(pool, { digest: digestOfToken(token), operator: id, password, nowMs })
  return isOpen ? token : null
}

export const digestOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Each code counts once, and only behind the right password: nobody else can use one up. */
async function codeFits(
  pool: Pool,
  operator: OperatorProof | null,
  { code, nowMs }: SignIn,
  isPassword: boolean,
): Promise<boolean> {
  const typed = code.replaceAll(/\s/g, '').slice(0, 64)
  const step = stepOfCode(operator?.totp ?? NOBODY, typed, nowMs)
  const digest = await digestOfCode(pool, typed)
  if (!isPassword || !operator || !(await claimCode(pool, operator.id, CODE_FAILURES_MAX))) return false
  return step === null ? await useRecovery(pool, operator.id, digest) : await useStep(pool, operator.id, step)
}

const note = (pool: Pool, operator: string, action: string): Promise<void> =>
  noteAudit(pool, { kind: 'administration', who: operator, action, subject: operator, facts: {} })

/** Who tries, so that neither a name nor an address is kept. */
async function subjectOf(pool: Pool, { name, network }: SignIn): Promise<Buffer> {
  const key = await sealingKey(pool, 'operator-attempts')
  return createHmac('sha256', key)
    .update(JSON.stringify([name.normalize('NFKC').toLowerCase(), network]))
    .digest()
}
