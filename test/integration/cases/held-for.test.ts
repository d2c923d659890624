import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, cards } = withMarket()

const CADMIUM = { test: { item: '镉', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' } }
const ofLot = (n: number) => ({ lots: laboratory('x', n, 'fail').lots })
const voucher = (number: string) => ({ documents: [{ role: 'upstream', type: 'sales_voucher', number }] })
const holdOf = async (n: number) => {
  const { lot } = (await api.call('GET', `/v1/lots/${code(n).slice(4)}`)).json()
  return lot.holds[0]
}

test('goods that join the case of others say of their hold every test for which they are held, and on their own page no stall of others', async () => {
  const together = voucher(`SV${code(1).slice(4, 13)}`)
  await send({ ...entry(1, 'A-1', SPINACH), ...together }, { ...entry(2, 'A-2', SPINACH), ...together })
  await send(rapid('t1', 'A-1', SPINACH, ofLot(1)), rapid('t2', 'A-2', SPINACH, { ...CADMIUM, ...ofLot(2) }))
  const [found] = await cards()
  expect(found?.cause).toBe('检测不合格 · failed test: 有机磷 胶体金')
  expect((await holdOf(2)).cause).toBe('检测不合格 · failed test: 有机磷 胶体金；镉 胶体金')
  const page = (await api.call('GET', `/public/v1/trace/${code(2).slice(4)}`)).json()
  const steps = page.steps as { kind: string; stall?: string }[]
  expect(steps.filter(({ kind }) => kind === 'hold').map(({ stall }) => stall)).toEqual([undefined])
  expect(page.stall).toBe('A-2')
  // Taken back, the first is no reason any more.
  await send(rapid('t1', 'A-1', SPINACH, { ...ofLot(1), status: 'void' }))
  expect((await holdOf(2)).cause).toBe('检测不合格 · failed test: 镉 胶体金')
})

test('tests that failed for the same are one reason', async () => {
  await send(
    entry(1, 'A-1', SPINACH),
    rapid('t1', 'A-1', SPINACH, ofLot(1)),
    rapid('t2', 'A-1', SPINACH, ofLot(1)),
  )
  expect((await holdOf(1)).cause).toBe('检测不合格 · failed test: 有机磷 胶体金')
})
