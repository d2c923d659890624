import { afterAll, beforeAll, expect, it } from 'vitest'
import { HubError } from '#core/errors.ts'
import { readChanges } from '#store/changes.ts'
import { sale, withVersions } from '#test/versions.ts'
import { type Receiver, startReceiver } from '../delivery/receiver.ts'
import { deliveryAt, linkTo } from '../delivery/setting.ts'

const hub = withVersions()
let one: Receiver
let other: Receiver
beforeAll(async () => {
  one = await startReceiver()
  other = await startReceiver()
})
afterAll(async () => {
  await one.close()
  await other.close()
})

const got = (receiver: Receiver, no: string): number[] =>
  receiver.changes.filter(({ id }) => id.endsWith(`:${no}`)).map(({ version }) => version)

it('what a replay changes goes to the links that it chooses, and nothing that was said otherwise stays away from any', async () => {
  const { delivery, clock } = deliveryAt(hub.pool)
  const chosen = await linkTo(hub.pool, one)
  const passed = await linkTo(hub.pool, other)
  const deliver = async (): Promise<void> => {
    clock.time += 60_000
    for (const { id } of [chosen, passed]) await delivery.deliverLink(id)
  }
  await hub.take({ version: 1, product: 'fine' })
  await hub.push([sale('A1', { fine: '黄瓜' }), sale('A2', { fine: '白菜' })])
  await deliver()
  await hub.take({ version: 2 })
  const dry = await hub.replay('dry-run')
  expect(dry).toMatchObject({ targets: null, counts: { changed: 2, versions: 0 } })
  expect(await hub.replay('apply', {}, { targets: [chosen.id] })).toMatchObject({
    state: 'done',
    targets: [chosen.id],
    counts: { changed: 2, versions: 2 },
  })
  await deliver()
  expect([got(one, 'A1'), got(other, 'A1')]).toEqual([[1, 2], [1]])

  // A correction of the source goes to both, behind what the one has and the other has not.
  await hub.push([sale('A1', { goods: '茄子' })])
  await deliver()
  expect([got(one, 'A1'), got(other, 'A1')]).toEqual([
    [1, 2, 3],
    [1, 3],
  ])
  const feed = async (link?: string) =>
    (await readChanges(hub.pool, { after: 0n, limit: 100, ...(link ? { link } : {}) })).rows.map(
      ({ recordId, version }) => `${recordId.slice(-2)}@${version}`,
    )
  expect(await feed()).toEqual(['A1@1', 'A2@1', 'A1@2', 'A2@2', 'A1@3'])
  expect(await feed(passed.id)).toEqual(['A1@1', 'A2@1', 'A1@3'])

  // A link that is made later gets everything, for it knows nothing yet.
  const later = await linkTo(hub.pool, other, { cursor: 0n })
  expect(await feed(later.id)).toEqual(await feed())
})

it('a change that waits is not taken for superseded by one that its receiver never gets', async () => {
  const { delivery, clock } = deliveryAt(hub.pool)
  const link = await linkTo(hub.pool, one)
  await hub.take({ version: 3, product: 'fine' })
  one.answer = (batch) => batch.changes.map(({ event }) => ({ event, verdict: 'retry' }))
  await hub.push([sale('B1', { fine: '黄瓜' })])
  await delivery.deliverLink(link.id)
  await hub.take({ version: 4 })
  expect((await hub.replay('apply', {}, { targets: 'none' })).counts['versions']).toBeGreaterThan(0)
  one.answer = (batch) => batch.changes.map(({ event }) => ({ event, verdict: 'ok' }))
  clock.time += 60_000
  await delivery.deliverLink(link.id)
  expect(one.taken.filter(({ id }) => id.endsWith(':B1')).map(({ version }) => version)).toEqual([1])
})

it('only an apply has targets, and only links that there are', async () => {
  const issues = async (mode: 'apply' | 'dry-run', targets: 'none' | string[]) => {
    const thrown = await hub.replay(mode, {}, { targets }).catch((error: unknown) => error)
    return thrown instanceof HubError ? thrown.parts.issues?.map(({ path }) => path) : thrown
  }
  expect(await issues('dry-run', 'none')).toEqual(['/targets'])
  expect(await issues('apply', ['00000000-0000-4000-8000-000000000000'])).toEqual(['/targets/0'])
})
