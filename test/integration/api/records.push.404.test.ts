import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()

it('an unknown system is answered with the known ones', async () => {
  const answer = await api.push('jiaxing-wholesail/trade', '[]')
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ code: 'unknown_system', detail: 'jiaxing-wholesail' })
  expect(answer.json().known).toEqual(expect.arrayContaining(['jiaxing-wholesale', 'shaoxing-slaughter']))
})

it('an unknown record is answered with the known ones of its system', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  const answer = await api.push('jiaxing-wholesale/trades', '[]', { key })
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ code: 'unknown_record', known: ['trade'] })
})

it.each(['__proto__', 'constructor', 'toString'])('%s is no record', async (name) => {
  expect((await api.push(`jiaxing-wholesale/${name}`, '[]')).statusCode).toBe(404)
  expect((await api.push(`${name}/trade`, '[]')).statusCode).toBe(404)
})
