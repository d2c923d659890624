import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { apart, manners, shuffled, tellers, verdictOf, world } from '#test/worlds/lots.ts'
import { called, naming } from '#test/worlds/names.ts'
import { withFindings } from './setting.ts'

const { api, send, judge } = withFindings()

const systems = ['county', ...[0, 1, 2, 3].flatMap((who) => [`own${who}`, `scales${who}`])]
beforeAll(async () => {
  for (const id of systems) await createSystem(api.pool, { id, title: { zh: id, en: id } })
})

let run = 0
const MONTHS_MS = 60 * 24 * 3_600_000
const nameOf = (lot: string): string => `W${run}${lot}`

test('what a few worlds tell in any order and by whatever names and codes, with corrections and voids, has the balances and findings over HTTP that it has in memory', async () => {
  await fc.assert(
    fc.asyncProperty(
      apart.begins,
      apart.steps,
      tellers,
      manners,
      fc.infiniteStream(fc.nat()),
      naming,
      async (begins, steps, systemsAt, mannerOf, order, namings) => {
        run += 1
        const { lots, records: told } = world(begins, steps, systemsAt, mannerOf)
        const records = called(told, namings, order)
        for (const { id, kind, system, body } of shuffled(records, order)) {
          const { flags: _, ...written } = JSON.parse(
            JSON.stringify(body).replaceAll(/"([LV]\d+)"/g, (_text, name) => JSON.stringify(nameOf(name))),
          )
          // Each world has months of its own, so that nothing in it is likely the same as in another.
          const at = new Date(Date.parse(written.occurredAt.at) - run * MONTHS_MS).toISOString()
          const occurredAt = { ...written.occurredAt, at }
          const record = { ...written, occurredAt, kind, system, key: [`${run}-${id}`] }
          const n = order.next().value as number
          // Told wrongly at first, and beside it what never was.
          const wrong = { ...record, quantity: { value: '1234', unit: 'KGM' } }
          if (n % 3 === 0) await send(wrong)
          await send(record)
          if (n % 4 === 0) await send({ ...wrong, key: [`${run}-${id}-void`] })
          if (n % 4 === 0) await send({ ...wrong, key: [`${run}-${id}-void`], status: 'void' })
        }
        await judge()
        const { findings } = (
          await api.call('GET', '/v1/findings?kind=balance_off&state=open&limit=500')
        ).json()
        const subjects = findings.map(({ subject }: { subject: string }) => subject)
        for (const { value, came, went, isLeftUntold } of lots) {
          if (isLeftUntold) continue
          const { statusCode, body } = await api.call('GET', `/v1/lots/lot:${nameOf(value)}/balance`)
          expect(statusCode, body).toBe(200)
          const [found] = JSON.parse(body).lots
          expect([found.verdict, Number(found.in), Number(found.out)], value).toEqual([
            ...[verdictOf(came, went), came, went],
          ])
          expect(subjects.includes(`lot:${nameOf(value)}`)).toBe(verdictOf(came, went) === 'over')
        }
      },
    ),
    { numRuns: 5, endOnFailure: true },
  )
}, 120_000)
