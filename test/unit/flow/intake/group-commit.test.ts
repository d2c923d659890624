import type { Pool } from 'pg'
import { expect, it } from 'vitest'
import { createGroupCommit } from '#flow/intake/group-commit.ts'
import type { IntakeMessage } from '#flow/intake/write.ts'

const MIB = 1024 * 1024
const message = (bytes: number): IntakeMessage =>
  ({ bytes: Buffer.alloc(bytes), sources: [], records: [] }) as unknown as IntakeMessage

it('more than can wait for a database that is slow is told to come again, and may when room is there', async () => {
  const fails: ((error: Error) => void)[] = []
  const connect = () => new Promise((_, reject) => void fails.push(reject))
  const intake = createGroupCommit({ connect } as unknown as Pool, () => {})
  const waiting = Array.from({ length: 9 }, () => intake.write(message(8 * MIB)).catch((error) => error))
  await expect(intake.write(message(1))).rejects.toMatchObject({
    code: 'busy',
    parts: { retryAfterMs: 1000 },
  })
  const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const isOver = Promise.all(waiting)
  let ended = false
  void isOver.then(() => {
    ended = true
  })
  while (!ended) {
    for (const fail of fails.splice(0)) fail(gone)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  for (const error of await isOver) expect(error).toMatchObject({ code: 'unavailable' })
  const later = intake.write(message(8 * MIB)).catch((error) => error)
  await new Promise((resolve) => setTimeout(resolve, 5))
  for (const fail of fails.splice(0)) fail(gone)
  expect(await later).toMatchObject({ code: 'unavailable' })
})
