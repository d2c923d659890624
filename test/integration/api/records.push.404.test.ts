import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { installedSystems } from '#test/installed.ts'

const api = withApi()

it('an unknown system is answered with the known ones', async () => {
  const answer = await api.push('jiaxing-wholesail/trade', '[]')
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ code: 'unknown_system', detail: 'jiaxing-wholesail' })
  expect(answer.json().known).toEqual(installedSystems)
})

it('an unknown record is answered with the known ones of its system', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  const answer = await api.push('jiaxing-wholesale/trades', '[]', { key })
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ code: 'unknown_record', known: ['trade'] })
})

it('a record that is written for a receiver is told to be that, in the language of the caller', async () => {
  const push = (language: string) =>
    api.push('mofcom-city/market-trade-out', '[]', { headers: { 'accept-language': language } })
  expect((await push('en')).json()).toMatchObject({
    code: 'unknown_record',
    detail: 'mofcom-city/market-trade-out is written for a receiver: no message is read by it',
  })
  expect((await push('zh')).json().detail).toBe('mofcom-city/market-trade-out 是面向接收方的映射，不读取报文')
})

it.each(['__proto__', 'constructor', 'toString'])('%s is no record', async (name) => {
  expect((await api.push(`jiaxing-wholesale/${name}`, '[]')).statusCode).toBe(404)
  expect((await api.push(`${name}/trade`, '[]')).statusCode).toBe(404)
})
