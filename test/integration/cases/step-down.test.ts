import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { code, entry, rapid, laboratory, send, told, here, sayOf } = withMarket()

const LEEK = { name: '韭菜', class: 'vegetable' }
const VOID = { status: 'void' }
const ENZYME = { test: { item: '有机磷', verdict: 'fail', screening: true, method: '酶抑制法', raw: '63%' } }
const GOLD = { test: { item: '镉', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' } }
const PASSED = { item: '镉', verdict: 'pass', screening: false, method: 'GC-MS' }
/** A lot of leek, and one that came of it. */
const leeks = () => [
  entry(1, 'A-1', LEEK),
  {
    ...entry(2, 'B-2', LEEK),
    lots: [...laboratory('x', 2, 'fail').lots, { ...laboratory('x', 1, 'fail').lots[0], role: 'source' }],
  },
]
const wide = () => [{ state: 'held', held: [code(1), code(2)] }]
const suspect = () => [{ state: 'suspect', held: [code(1)], orders: [`stop_sale ${here()}`] }]

test('a suspect is one again, alone at its stall, where the test that failed besides is made void, doubted or answered', async () => {
  await send(...leeks(), rapid('t1', 'A-1', LEEK, ENZYME))
  expect(await told()).toMatchObject(suspect())
  await send(rapid('t2', 'A-1', LEEK, GOLD))
  expect(await told()).toMatchObject(wide())
  await send(rapid('t2', 'A-1', LEEK, { ...GOLD, ...VOID }))
  expect(await told()).toMatchObject(suspect())
  await send(rapid('t3', 'A-1', LEEK, GOLD))
  expect(await told()).toMatchObject(wide())
  await send(rapid('t3', 'A-1', LEEK, ENZYME))
  expect(await told()).toMatchObject(suspect())
  await send(rapid('t4', 'A-1', LEEK, GOLD))
  expect(await told()).toMatchObject(wide())
  await send(laboratory('l', 1, 'pass', { product: LEEK, test: PASSED }))
  expect(await told()).toMatchObject(suspect())
})

test("a test that turns out to be of a method that misleads, or no laboratory's, leaves a suspect or a stop of sale", async () => {
  await send(...leeks(), rapid('t', 'A-1', LEEK, GOLD))
  expect(await told()).toMatchObject(wide())
  await send(rapid('t', 'A-1', LEEK, ENZYME))
  expect(await told()).toMatchObject(suspect())
  await send(laboratory('l', 1, 'fail', { product: LEEK }))
  expect(await told()).toMatchObject([{ state: 'confirmed', orders: [`recall ${here()}`] }])
  await send(laboratory('l', 1, 'fail', { product: LEEK, ...GOLD }))
  expect(await told()).toMatchObject([{ ...wide()[0], orders: [`stop_sale ${here()}`] }])
})

test('what an official confirmed stays so where its test turns out to be less', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l', 1, 'fail'))
  await sayOf('confirmed', { event: 'objection' })
  await sayOf('objected', { event: 'confirm', method: 'LC-MS' })
  await send(laboratory('l', 1, 'fail', GOLD))
  expect(await told()).toMatchObject([{ state: 'confirmed', orders: [`recall ${here()}`] }])
})
