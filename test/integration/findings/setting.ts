import { beforeAll, expect } from 'vitest'
import { judgeDue } from '#flow/findings/judge-due.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

/** A hub of this test file that judges what is pushed. */
export function withFindings() {
  const api = withApi()
  let intake: Intake
  beforeAll(() => {
    const { pool, registry } = api
    intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  })
  /** Follows the log to its end and judges until nothing is left. */
  const judge = async (): Promise<void> => {
    await followToTheEnd(api.pool)
    while ((await judgeDue({ pool: api.pool, intake }, Date.now())).judged > 0);
    await followToTheEnd(api.pool)
  }
  const send = async (...records: object[]): Promise<void> => {
    const { statusCode, body } = await api.call('POST', '/v1/records', { body: records })
    expect([statusCode, JSON.parse(body).rejected], body).toEqual([200, 0])
  }
  const post = async (...records: object[]): Promise<void> => {
    await send(...records)
    await judge()
  }
  return { api, judge, send, post }
}
