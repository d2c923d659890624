import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { otpauthUri, stepOfCode } from '#core/signing/totp.ts'
import { readHubId } from '#store/hub-identity.ts'
import {
  finishEnrolment,
  insertOperator,
  type OperatorProof,
  readOperator,
  readProof,
  resetOperator,
} from '#store/operators.ts'
import { digestOfCode, newCode } from './codes.ts'
import { hashPassword, passwordFault } from './password.ts'
import type { Role } from './roles.ts'

/** How long somebody has to enrol. */
const ENROLMENT_MS = 72 * 3_600_000
const ENROLMENT_BYTES = 20
/** RFC 4226, 4, R6. */
const TOTP_BYTES = 20
const RECOVERY_CODES = 10
const RECOVERY_BYTES = 10
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u

/** What a new operator is given, once; by another way than what follows from it. */
export interface Enrolment {
  readonly id: string
  readonly name: string
  /** For the page /admin/enrol. */
  readonly code: string
  /** For the authenticator; the page shows it too. */
  readonly otpauth: string
  readonly endsAt: string
}

/** Adds an operator, who then enrols. Throws `invalid_request` or `conflict`. */
export async function addOperator(
  pool: Pool,
  { name, role, nowMs }: { readonly name: string; readonly role: Role; readonly nowMs: number },
): Promise<Enrolment> {
  if (!NAME.test(name))
    throw new HubError('invalid_request', {
      issues: [{ path: '/name', code: 'E_SCHEMA', reason: '1 to 64 letters, digits and . _ @ -' }],
    })
  const made = await makeEnrolment(pool, nowMs)
  const id = await insertOperator(pool, { name, role, ...made })
  if (id === null)
    throw new HubError('conflict', { detail: `the name ${name} is taken`, fix: 'Choose another name.' })
  return await enrolmentOf(pool, { id, name }, made)
}

/** Lets an operator enrol anew, who lost password or authenticator: both count no more. Throws `not_found`, also for those of a provider. */
export async function renewEnrolment(pool: Pool, id: string, nowMs: number): Promise<Enrolment> {
  const made = await makeEnrolment(pool, nowMs)
  const operator = await readOperator(pool, id)
  if (!operator || !(await resetOperator(pool, id, made)))
    throw new HubError('not_found', { detail: `operator ${id}` })
  return await enrolmentOf(pool, operator, made)
}

interface Made {
  readonly code: string
  readonly totp: Buffer
  readonly enrolment: Buffer
  readonly enrolmentEndsMs: number
}

async function makeEnrolment(pool: Pool, nowMs: number): Promise<Made> {
  const code = newCode(ENROLMENT_BYTES)
  const enrolment = await digestOfCode(pool, code)
  return { code, totp: randomBytes(TOTP_BYTES), enrolment, enrolmentEndsMs: nowMs + ENROLMENT_MS }
}

const enrolmentOf = async (
  pool: Pool,
  { id, name }: { readonly id: string; readonly name: string },
  { code, totp, enrolmentEndsMs }: Made,
): Promise<Enrolment> => ({
  id,
  name,
  code,
  otpauth: await authenticatorOf(pool, { name, totp }),
  endsAt: new Date(enrolmentEndsMs).toISOString(),
})

export const authenticatorOf = async (
  pool: Pool,
  { name, totp }: { readonly name: string; readonly totp: Buffer },
): Promise<string> => otpauthUri(totp, { issuer: `Trace Hub ${await readHubId(pool)}`, name })

export type EnrolFault = 'code' | 'totp' | 'short' | 'long' | 'simple' | 'name' | 'repeat'

/** Who may enrol by this code; null where it is wrong, used or over. */
export async function readEnrolment(
  pool: Pool,
  { name, code, nowMs }: { readonly name: string; readonly code: string; readonly nowMs: number },
): Promise<(OperatorProof & { readonly totp: Buffer; readonly enrolment: Buffer }) | null> {
  const given = await digestOfCode(pool, code)
  const found = await readProof(pool, name)
  const isRight = timingSafeEqual(found?.enrolment ?? Buffer.alloc(given.length), given)
  if (!found || !isRight || found.isDisabled || found.enrolmentEndsMs <= nowMs) return null
  const { totp, enrolment } = found
  return totp && enrolment ? { ...found, totp, enrolment } : null
}

/** Sets password and authenticator. @returns codes for who loses the authenticator, shown once; or what is wrong */
export async function enrol(
  pool: Pool,
  given: {
    readonly name: string
    readonly code: string
    readonly password: string
    readonly totp: string
    readonly nowMs: number
  },
): Promise<{ readonly recovery: readonly string[] } | { readonly fault: EnrolFault }> {
  const found = await readEnrolment(pool, given)
  if (!found) return { fault: 'code' }
  const fault = passwordFault(given.password, found.name)
  if (fault) return { fault }
  const step = stepOfCode(found.totp, given.totp.replaceAll(/\s/g, ''), given.nowMs)
  if (step === null) return { fault: 'totp' }
  const recovery = Array.from({ length: RECOVERY_CODES }, () => newCode(RECOVERY_BYTES))
  const isDone = await finishEnrolment(pool, found.id, {
    enrolment: found.enrolment,
    password: await hashPassword(pool, given.password),
    step,
    recovery: await Promise.all(recovery.map((code) => digestOfCode(pool, code))),
  })
  return isDone ? { recovery } : { fault: 'code' }
}
