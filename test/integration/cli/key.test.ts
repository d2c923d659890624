import { expect, it } from 'vitest'
import { keyCommand } from '#cli/key.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { withApi } from '#test/api.ts'
import { linesSaid } from '#test/said.ts'

const api = withApi(undefined, { rates: { perKey: 1000, perAddress: null } })
const said = linesSaid(() => ({ DATABASE_URL: api.database.url }))
const create = (...more: string[]) => keyCommand(['create', '--name', 'market', '--scope', 'read', ...more])
const policyOf = async (key: string) =>
  String((await api.call('GET', '/v1/records?limit=1', { key })).headers['ratelimit-policy'])

it('makes a key that works, with the rate of the settings where none is given', async () => {
  await create('--expires', '2099-01-01T00:00:00Z')
  const made = JSON.parse(said.join(''))
  expect(made).toMatchObject({ name: 'market', scopes: ['read'], unitsPerSecond: null })
  expect(Date.parse(made.expiresAt)).toBe(Date.UTC(2099, 0, 1))
  expect(await policyOf(made.key)).toMatch(/"key";q=10000;w=10/)
})

it('gives a key a rate of its own, which counts', async () => {
  await create('--rate', '2')
  const made = JSON.parse(said.join(''))
  expect(made.unitsPerSecond).toBe(2)
  expect(await policyOf(made.key)).toMatch(/"key";q=20;w=10/)
  const statuses: number[] = []
  for (let i = 0; i < 60; i++)
    statuses.push((await api.call('GET', '/v1/records?limit=1', { key: made.key })).statusCode)
  expect(statuses[0]).toBe(200)
  expect(statuses).toContain(429)
})

it.each(['0', '-1', '1.5', '1000001', '2e3', '', 'fast'])(
  'refuses the rate %j and makes no key',
  async (rate) => {
    const before = (await api.call('GET', '/v1/keys')).json().keys.length
    await create(`--rate=${rate}`)
    expect(process.exitCode).toBe(1)
    expect(said.join('')).toBe('--rate is a whole number of units in a second, 1 to 1000000.')
    expect((await api.call('GET', '/v1/keys')).json().keys).toHaveLength(before)
  },
)

it.each([
  ['--expires=2020-01-01', '/expiresAt: the time is over already'],
  ['--expires=tomorrow', '/expiresAt: a time in ISO 8601'],
  ['--scope=raed', '/scopes/1: push:<system>, read'],
])('says what is wrong with %s and makes no key', async (option, reason) => {
  const before = (await api.call('GET', '/v1/keys')).json().keys.length
  await create(option)
  expect(process.exitCode).toBe(1)
  expect(said.join('')).toContain(reason)
  expect((await api.call('GET', '/v1/keys')).json().keys).toHaveLength(before)
})

it('does not know other options', async () => {
  await expect(create('--rates', '2')).rejects.toThrow(WrongUsage)
})
