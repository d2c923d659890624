import { stepOf, totpCode } from '#core/signing/totp.ts'
import { addOperator } from '#flow/operators/enrol.ts'
import { hashPassword } from '#flow/operators/password.ts'
import type { Role } from '#flow/operators/roles.ts'
import type { TestApi } from '#test/api.ts'

export const PASSWORD = 'Jia-Xing 2024 market'
const STEP_MS = 30_000

/** Of hashes that only have to be found right or wrong: a two-hundredth of a hub's work. */
const CHEAP = { log2: 9, r: 8, p: 1 }

/** A person who enrols and signs in as a browser would, without scripts. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly recovery: readonly string[]
  /** The code that the authenticator shows now. */
  code(): string
  signIn(
    with_?: Partial<Record<'name' | 'password' | 'code', string>>,
    headers?: Record<string, string>,
  ): ReturnType<TestApi['call']>
  /** Signs in anew, with a code that was not used. @returns the cookie */
  enter(): Promise<string>
}

/** A clock that tests move. */
export interface TestClock {
  nowMs: number
}

export const form = (
  api: TestApi,
  url: string,
  fields: Record<string, string>,
  {
    headers = {},
    remoteAddress = '127.0.0.1',
  }: { headers?: Record<string, string>; remoteAddress?: string } = {},
) =>
  api.app.inject({
    method: 'POST',
    url,
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
export function secretOf(otpauth: string): Buffer {
  const bits = [...(new URL(otpauth).searchParams.get('secret') ?? '')]
    .map((char) => BASE32.indexOf(char).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

export const cookieOf = (answer: { headers: Record<string, unknown> }): string =>
  String(answer.headers['set-cookie'] ?? '').split(';')[0] as string

export async function person(
  api: TestApi,
  clock: TestClock,
  name: string,
  role: Role,
  { asStored = false }: { /** The hash stays as the enrolment made it. */ asStored?: boolean } = {},
): Promise<Person> {
  const { id, code: enrolment, otpauth } = await addOperator(api.pool, { name, role, nowMs: clock.nowMs })
  const secret = secretOf(otpauth)
  const code = (): string => totpCode(secret, stepOf(clock.nowMs))
  const done = await form(api, '/admin/enrol', {
    name,
    code: enrolment,
    password: PASSWORD,
    repeat: PASSWORD,
    totp: code(),
  })
  if (!asStored) {
    const cheap = await hashPassword(api.pool, PASSWORD, CHEAP)
    await api.pool.query('update operators set password = $2 where id = $1', [id, cheap])
  }
  const recovery = [...done.body.matchAll(/<li><code>([A-Z2-7-]+)<\/code>/g)].map(
    ([, text]) => text as string,
  )
  const signIn: Person['signIn'] = (given = {}, headers = {}) =>
    form(api, '/admin/sign-in', { name, password: PASSWORD, code: code(), ...given }, { headers })
  return {
    id,
    name,
    recovery,
    code,
    signIn,
    enter: async () => {
      clock.nowMs += STEP_MS
      return cookieOf(await signIn())
    },
  }
}
