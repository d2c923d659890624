import { expect, test } from 'vitest'
import { loadYields } from '#flow/balance/load-yields.ts'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

let run = 0
const kilograms = (value: string) => ({ value, unit: 'KGM' })
const headsOf = (value: string) => ({ value, unit: 'HEA' })
const lot = (name: string, role = 'subject') => ({
  role,
  scheme: 'cn.mofcom.batch16',
  value: `T${run}${name}`,
})
const lots = (names: string, role = 'subject') => [...names].map((name) => lot(name, role))
const told = (kind: string, key: string, more: object) => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [`${run}-${key}`] },
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  region: { code: '330402', year: 2024 },
  sites: [{ role: 'store', name: '示例分拣中心', ids: [] }],
  product: { name: '番茄', class: 'vegetable' },
  ...more,
})
const entry = (names: string, mass: string, more: object = {}) =>
  told('entry', names, { lots: lots(names), quantity: kilograms(mass), ...more })
const mixed = (into: string, mass: string | null, out = 'M', outMass = mass) =>
  told('transformation', `mixed-${out}`, {
    process: 'mixing',
    input: { lots: lots(into, 'input'), ...(mass === null ? {} : { quantity: kilograms(mass) }) },
    output: { lots: lots(out, 'output'), ...(outMass === null ? {} : { quantity: kilograms(outMass) }) },
  })
const yieldsOf = async (...outs: readonly string[]) => {
  const { records } = (await api.call('GET', '/v1/records?kind=transformation&limit=100')).json()
  const idOf = (out: string): string =>
    records.find(({ key }: { key: string[] }) => key[0] === `${run}-mixed-${out}`).id
  const yields = await loadYields(api.pool, outs.map(idOf), '2024-04-15')
  return yields.map(({ into, outOf, verdict }) => ({ into, outOf, verdict }))
}
const sold = (key: string, names: string, mass: string) =>
  told('sale', `sold-${key}`, { saleKind: 'wholesale', lots: lots(names), quantity: kilograms(mass) })
const balanceOf = async (name: string) => {
  const { statusCode, body } = await api.call('GET', `/v1/lots/lot:T${run}${name}/balance`)
  expect(statusCode, body).toBe(200)
  const [one] = JSON.parse(body).lots
  return one
}
interface Finding {
  readonly subject: string
  readonly state: string
  readonly severity: string
  readonly sentence: object
  readonly numbers: readonly { readonly name: string; readonly value: string }[]
  readonly evidence: readonly object[]
}
const found = async () => {
  const { findings } = (await api.call('GET', '/v1/findings?kind=balance_off&limit=200')).json()
  return findings
    .filter(({ subject }: { subject: string }) => subject.startsWith(`lot:T${run}`))
    .map(({ subject, state, severity, sentence, numbers, evidence }: Finding) => ({
      ...{ subject, state, severity, sentence, evidence: evidence.length },
      numbers: Object.fromEntries(numbers.map(({ name, value }) => [name, value])),
    }))
}

test('two lots that were mixed with one total are used up, and nothing is found of them', async () => {
  run = 1
  await post(entry('A', '300'), entry('B', '200'), mixed('AB', '500', 'M', '490'))
  expect(await balanceOf('A')).toMatchObject({
    ...{ verdict: 'even', in: '300', out: '300', left: '0', inMost: null, outMost: null },
    together: [{ lots: ['lot:T1A', 'lot:T1B'], verdict: 'even', in: '500', out: '500', left: '0' }],
    records: [{ flow: 'entered' }, { flow: 'used', kilograms: '500', beside: ['lot:T1B'] }],
  })
  expect(await balanceOf('B')).toMatchObject({ verdict: 'even', in: '200', out: '200' })
  expect(await balanceOf('M')).toMatchObject({ in: '490', together: [] })
  expect(await found()).toEqual([])
})

test('more than both had is found once, at the first of them, whichever was told last, and is over when it is corrected', async () => {
  run = 2
  await post(mixed('AB', '620'), entry('A', '300'))
  expect(await found()).toEqual([])
  await post(entry('B', '200'))
  expect(await balanceOf('B')).toMatchObject({ verdict: 'over', in: '200', out: '200' })
  expect(await found()).toEqual([
    {
      ...{ subject: 'lot:T2A', state: 'open', severity: 'serious', evidence: 3 },
      numbers: { in: '500', out: '620', difference: '120', tolerance: '10' },
      sentence: {
        en: 'More went out of the lots T2A, T2B together than came into them: in 500, out 620, 120 kg too many.',
        zh: '批次 T2A, T2B 合计出多于入：入 500，出 620，超出 120 公斤。',
      },
    },
  ])
  await post(entry('B', '320'))
  expect(await found()).toMatchObject([{ subject: 'lot:T2A', state: 'resolved' }])
})

test('sales, dispatches, disposals and entries of several lots take from each no more than is known', async () => {
  run = 3
  await post(entry('A', '300'), entry('B', '200'), sold('1', 'AB', '400'))
  await post(
    told('disposal', 'lost', { disposalKind: 'destroyed', lots: lots('AB'), quantity: kilograms('60') }),
    told('dispatch', 'sent', { lots: lots('AB'), quantity: kilograms('30') }),
  )
  expect(await balanceOf('A')).toMatchObject({ verdict: 'even', in: '300', out: '290', outMost: '300' })
  expect(await balanceOf('A')).toMatchObject({ together: [{ out: '490', verdict: 'even' }] })
  run = 4
  await post(entry('AB', '500'), sold('1', 'A', '450'))
  expect(await balanceOf('A')).toMatchObject({ verdict: 'unknown', in: '450', inMost: '500', out: '450' })
  await post(sold('2', 'B', '150'))
  expect(await found()).toMatchObject([{ subject: 'lot:T4A', numbers: { in: '500', out: '600' } }])
})

test('lots that came in under one paper share what was slaughtered under it, and one that is named beside it does not', async () => {
  const paper = (role: string) => ({ role, type: 'animal_B', number: `P${run}` })
  const pigs = (name: string, heads: string) => {
    const product = { name: '生猪', class: 'pork' }
    return told('entry', name, {
      ...{ product, lots: lots(name), documents: [paper('upstream')], quantity: headsOf(heads) },
    })
  }
  const slaughter = (heads: string, names: string) =>
    told('transformation', 'slaughter', {
      process: 'slaughter',
      product: { name: '生猪', class: 'pork' },
      input: { lots: lots(names, 'input'), documents: [paper('input')], quantity: headsOf(heads) },
      output: { lots: lots('M', 'output') },
    })
  run = 5
  await post(pigs('A', '12'), pigs('B', '8'), slaughter('20', ''))
  expect(await balanceOf('A')).toMatchObject({ verdict: 'even', unit: 'HEA', in: '12', out: '12' })
  expect(await balanceOf('B')).toMatchObject({ verdict: 'even', unit: 'HEA', in: '8', out: '8' })
  run = 6
  await post(pigs('A', '12'), pigs('B', '8'), slaughter('12', 'A'))
  expect(await balanceOf('A')).toMatchObject({ verdict: 'even', in: '12', out: '12' })
  expect(await balanceOf('B')).toMatchObject({ verdict: 'stock', in: '8', out: null })
  expect(await found()).toEqual([])
})

test('a lot that was made together with others has no quantity of its own, where nothing else tells it', async () => {
  run = 7
  await post(entry('A', '500'), mixed('A', '500', 'MN', '490'))
  const quantityOf = async (name: string) =>
    (await api.call('GET', `/v1/lots/lot:T${run}${name}`)).json().lot.quantity ?? null
  expect(await quantityOf('M')).toBeNull()
  expect(await quantityOf('A')).toEqual(kilograms('500'))
  expect(await balanceOf('M')).toMatchObject({ verdict: 'unknown', in: null, inMost: '490' })
})

test('what was sold of several lots of one transformation came out of it once', async () => {
  run = 8
  await post(entry('A', '500'), mixed('A', '500', 'MN', null), sold('1', 'MN', '400'), sold('2', 'M', '90'))
  expect(await yieldsOf('MN')).toEqual([{ into: '500', outOf: '490', verdict: 'within' }])
  // Of what was sold together with another lot nobody knows how much was of these.
  await post(sold('3', 'NX', '300'))
  expect(await yieldsOf('MN')).toEqual([{ into: '500', outOf: '490', verdict: 'within' }])
  expect(await found()).toEqual([])
})

test('what came of lots that two systems took in is held against all of them, and against none of those that came with further lots', async () => {
  run = 9
  await post({ ...entry('B', '200'), system: 'market-scales' })
  await post(entry('A', '300'), mixed('AB', null, 'M', '490'))
  await post(entry('CD', '500'), mixed('C', null, 'N', '290'))
  expect(await yieldsOf('M', 'N')).toEqual([
    { into: '500', outOf: '490', verdict: 'within' },
    { into: null, outOf: '290', verdict: 'unknown' },
  ])
})

test('nothing went into a transformation of what was refused, nor of what others took of its lots', async () => {
  run = 10
  const refused = { ...entry('A', '900', { admission: 'refused_no_docs' }), key: ['10-refused'] }
  const theirs = told('entry', 'theirs', { lots: [lot('G'), lot('A', 'source')], quantity: kilograms('100') })
  await post(entry('A', '300'), refused, theirs, mixed('A', null, 'M', '298'))
  expect(await yieldsOf('M')).toEqual([{ into: '300', outOf: '298', verdict: 'within' }])
})
