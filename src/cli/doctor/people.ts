import { X509Certificate } from 'node:crypto'
import type { Pool } from 'pg'
import { listOperators, type Operator } from '#store/operators.ts'
import { listAuthorities } from '#store/partners.ts'
import { ok, type Reading, wrong } from './reading.ts'

const DAY_MS = 86_400_000
/** A new authority must be made while partners can still be given certificates of a year. */
const AUTHORITY_DAYS = 400
/** GB/T 22239-2019, 8.1.4.1 a), asks for a change from time to time. */
const PASSWORD_DAYS = 90
const OPERATORS_MAX = 10_000

/** What is to be said of the persons who run the hub, and of the authority for partners. */
export async function checkPeople(pool: Pool, nowMs: number): Promise<Reading[]> {
  const operators = (await listOperators(pool, OPERATORS_MAX)).filter(({ disabledAt }) => disabledAt === null)
  const [newest] = await listAuthorities(pool)
  return [
    judgeOperators(operators, nowMs),
    ...(newest ? [judgeAuthority(Date.parse(new X509Certificate(newest.certificate).validTo), nowMs)] : []),
  ]
}

/** @param operators those that are not disabled */
export function judgeOperators(
  operators: readonly Pick<Operator, 'name' | 'role' | 'isEnrolled' | 'passwordAt'>[],
  nowMs: number,
): Reading {
  const check = 'operators'
  if (operators.length === 0)
    return wrong(
      'warn',
      check,
      [
        'There are no operators: all that is administered is done with keys.',
        '尚无管理员，所有管理操作均凭密钥进行。',
      ],
      [
        'hub operator add --name … --role system|security|audit',
        'hub operator add --name … --role system|security|audit',
      ],
    )
  const waiting = operators.filter(({ isEnrolled }) => !isEnrolled).map(({ name }) => name)
  if (waiting.length > 0)
    return wrong(
      'warn',
      check,
      [
        `Without password and authenticator: ${waiting.join(', ')}.`,
        `尚未设置口令与验证器：${waiting.join('、')}。`,
      ],
      [
        'Let them enrol, or disable them: hub operator renew, hub operator disable.',
        '请其完成登记，或停用：hub operator renew、hub operator disable。',
      ],
    )
  const old = operators
    .filter(
      ({ passwordAt }) => passwordAt !== null && nowMs - Date.parse(passwordAt) > PASSWORD_DAYS * DAY_MS,
    )
    .map(({ name }) => name)
  if (old.length > 0)
    return wrong(
      'warn',
      check,
      [
        `Passwords of more than ${PASSWORD_DAYS} days: ${old.join(', ')}.`,
        `口令已超过 ${PASSWORD_DAYS} 天未更换：${old.join('、')}。`,
      ],
      ['They change them at /admin/password.', '请本人在 /admin/password 更换。'],
    )
  const missing = (['system', 'security', 'audit'] as const).filter(
    (role) => !operators.some((one) => one.role === role),
  )
  if (missing.length > 0)
    return wrong(
      'warn',
      check,
      [`Nobody has the role ${missing.join(', ')}.`, `角色 ${missing.join('、')} 无人担任。`],
      ['hub operator add --name … --role …', 'hub operator add --name … --role …'],
    )
  return ok(
    check,
    `${operators.length} operators, each with an authenticator.`,
    `${operators.length} 名管理员，均已绑定验证器。`,
  )
}

/** @param endMs when the authority that issues ends */
export function judgeAuthority(endMs: number, nowMs: number): Reading {
  const check = 'partners.authority'
  const days = Math.floor((endMs - nowMs) / DAY_MS)
  const day = new Date(endMs).toISOString().slice(0, 10)
  if (days >= AUTHORITY_DAYS)
    return ok(check, `The authority for partners counts until ${day}.`, `合作方 CA 有效期至 ${day}。`)
  return wrong(
    days < 0 ? 'fail' : 'warn',
    check,
    [`The authority for partners ends on ${day}.`, `合作方 CA 将于 ${day} 到期。`],
    [
      'Make the next one, hub partner ca init --again, and issue anew.',
      '请运行 hub partner ca init --again 建立新 CA 并换发证书。',
    ],
  )
}
