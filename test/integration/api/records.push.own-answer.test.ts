import { expect, it } from 'vitest'
import type { Registry } from '#flow/systems/registry.ts'
import { withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

const answer = { contentType: 'application/json', accepted: '{"success":true}', refused: '{"success":false}' }

/** The real systems, but the wholesale market's server waits for an answer of its own. */
const withOwnAnswer = (registry: Registry): Registry => {
  const market = registry.system('jiaxing-wholesale')
  if (!market) throw new Error('the wholesale market is not installed')
  const systems = new Map([...registry.systems, [market.id, { ...market, answer }]])
  return { ...registry, systems, system: (id) => systems.get(id) }
}

const api = withApi(withOwnAnswer)

it('a sender that waits for an answer of its own gets it, and the receipt stays readable', async () => {
  const taken = await api.push('jiaxing-wholesale/trade', JSON.stringify([trade('O1')]))
  expect(taken.statusCode).toBe(200)
  expect(taken.body).toBe(answer.accepted)
  const receipt = await api.call('GET', String(taken.headers['location']))
  expect(receipt.json()).toMatchObject({ received: 1, accepted: 1 })
})

it('a message that cannot be read is refused in the same words', async () => {
  const refused = await api.push('jiaxing-wholesale/trade', '[{"billNo":')
  expect(refused.statusCode).toBe(400)
  expect(refused.body).toBe(answer.refused)
})
