import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { code, entry, laboratory, push, send, cards } = withMarket()

const under = (number: string, type = 'promise_cert') => ({ documents: [{ role: 'upstream', type, number }] })
/** A line of another register of the same stall and day, without a code of its own. */
function line(name: string, n: number, papers: object) {
  const { lots: _, key, ...one } = entry(n, 'A-1', SPINACH)
  return { ...one, key: [`${key[0]}-${name}`], ...papers }
}
const held = async (): Promise<string[]> => {
  const [first] = await cards()
  return (first?.lots ?? []).flatMap((lot) => (lot.held ? lot.code : []))
}

test('a lorry under a certificate of its own is not recalled for being as heavy as the lot that failed', async () => {
  await push({ ...entry(4, 'A-1', SPINACH), ...under('HGZA1') })
  await push(line('own', 4, under('HGZA1')))
  await push(line('other', 4, under('HGZB2')))
  await push(line('untold', 4, {}))
  await push(line('of-another-type', 4, under('JC-2026-1', 'veg_test_cert')))
  await send(laboratory('fails', 4, 'fail'))
  const codes = await held()
  expect(codes).toContain(code(4))
  expect(
    codes
      .filter((one) => one.startsWith('rec:'))
      .map((one) => one.slice(one.indexOf('-e4-') + '-e4-'.length))
      .sort(),
  ).toEqual(['of-another-type', 'own', 'untold'])
})
