import { expect, test } from 'vitest'
import { compareUse } from '#core/documents/compare-use.ts'
import { entryPapers, missingPapers } from '#core/documents/entry-papers.ts'
import {
  gateVerdict,
  type IssuedPaper,
  judgeLoad,
  judgePaper,
  judgeUsage,
} from '#core/documents/judge-paper.ts'
import { mentionedPapers } from '#core/documents/mentioned-paper.ts'
import { usageOf } from '#core/documents/paper-usage.ts'
import { isFormOutOfUse, missingFields } from '#core/documents/required-fields.ts'
import type { UsePart } from '#core/documents/site-use.ts'
import type { Body } from '#core/model/body.ts'

const part = (more: Partial<UsePart>): UsePart => ({
  kind: 'entry',
  isSent: more.kind === 'dispatch',
  system: 'city',
  site: 'A',
  siteName: null,
  region: '',
  good: 0,
  holder: null,
  records: 1,
  firstHand: 1,
  isUnsure: false,
  sold: [],
  soldUntold: [],
  taken: [],
  soldNameless: [],
  bought: null,
  isLate: false,
  measures: [],
  shared: [],
  untoldBack: [],
  sameDay: [],
  firstOn: '2024-04-15',
  lastOn: '2024-04-15',
  expired: 0,
  beforeIssue: 0,
  outside: 0,
  otherGoods: 0,
  otherPlate: 0,
  ...more,
})
const kg = (value: string) => [{ value, unit: 'KGM' }]
const PORK = { productClass: 'pork', productCode: null, name: '猪肉', code: null }
const paper: IssuedPaper = {
  type: 'product_B',
  issuedOn: '2024-04-15',
  validUntil: '2024-04-15',
  statedUntil: null,
  territory: 'within_province',
  province: '33',
  isVoid: false,
  voidedOn: null,
  voidToldOn: null,
  voidReason: null,
  voidIn: [],
  isFormOutOfUse: false,
  missing: [],
  goods: [{ ...PORK, stated: kg('100'), back: [] }],
  vehicle: null,
  papers: 1,
}
const codes = (found: readonly { readonly code: string }[]) => found.map(({ code }) => code)

test('at one place the greater of what entered and what was sold counts, places are added, dispatches only without markets', () => {
  const dispatched = part({ kind: 'dispatch', site: 'farm', measures: kg('300') })
  const sold = part({ kind: 'sale', measures: kg('120') })
  const entered = part({ measures: kg('150') })
  const elsewhere = part({ site: 'B', measures: kg('40') })
  expect(usageOf([dispatched]).used).toEqual(kg('300'))
  expect(usageOf([dispatched, sold, entered, elsewhere]).used).toEqual(kg('190'))
  expect(usageOf([sold, entered]).sites[0]).toMatchObject({ kind: 'entry', measures: kg('150') })
  // Bought on: it is seen, and not counted.
  expect(usageOf([sold, part({ site: 'C', firstHand: 0 })])).toMatchObject({ records: 2, used: kg('120') })
})

test('what two systems tell of one place is the same goods of each who had them there, and other goods of others', () => {
  const of = (system: string, holder: string | null, mass: string, more: Partial<UsePart> = {}) =>
    part({ system, holder, measures: kg(mass), ...more })
  const used = (...parts: UsePart[]) => usageOf(parts).used
  expect(used(of('a', 'x', '90'), of('b', 'y', '80'))).toEqual(kg('170'))
  expect(used(of('a', 'x', '90'), of('b', 'x', '80'), of('b', 'y', '30'))).toEqual(kg('120'))
  // A gate that names nobody tells of all that its stalls have.
  expect(used(of('gate', null, '290'), of('b', 'x', '150'), of('c', 'y', '140'))).toEqual(kg('290'))
  // As much, under other names: one writes names where the other one has codes.
  expect(used(of('a', 'x', '90'), of('a', 'z', '60'), of('b', 'y', '88.5'), of('b', 'w', '60'))).toEqual(
    kg('150'),
  )
  const goods = usageOf([of('a', 'x', '90'), of('b', 'y', '80', { good: 1 }), of('b', 'x', '85')]).usedOf
  expect([...goods]).toEqual([
    [0, kg('90')],
    [1, kg('80')],
  ])
})

test('goods of which nobody says who gave them count where sales of other places cannot have brought them, less what those may have', () => {
  const came = (site: string, mass: string, more: Partial<UsePart> = {}) =>
    part({ site, measures: kg(mass), isUnsure: true, ...more })
  const sold = (site: string, mass: string, more: Partial<UsePart> = {}) =>
    part({ site, kind: 'sale', measures: kg(mass), sold: kg(mass), ...more })
  const used = (...parts: UsePart[]) => {
    const { used, sites, usedOf, least } = usageOf(parts)
    expect([usedOf.get(0), least.used]).toEqual([used, used])
    return `${used[0]?.value} at ${sites.map(({ site }) => site).join('')}`
  }
  // What a market sells of what it took in is the same goods.
  expect(used(came('A', '300'), sold('A', '50'))).toBe('300 at A')
  expect(used(came('A', '300'), sold('A', '50', { system: 'ledger' }))).toBe('300 at A')
  // What came in at B may all have been sold by A, and was sold on to C.
  expect(used(came('A', '300'), sold('A', '300'), came('B', '300'))).toBe('300 at A')
  expect(used(sold('A', '300'), came('B', '100'), came('C', '200'))).toBe('300 at A')
  const chain = [sold('A', '300'), came('B', '300'), sold('B', '300', { firstHand: 0 }), came('C', '300')]
  expect(used(...chain)).toBe('300 at A')
  // 2 kg sold do not bring 300.
  expect(used(came('A', '300'), sold('B', '2'))).toBe('300 at AB')
  expect(used(came('A', '300'), came('B', '300'), sold('A', '2'))).toBe('598 at AB')
  // One sale brings its goods to one place.
  const first = [came('A', '200', { isUnsure: false }), sold('A', '120')]
  expect(used(...first, came('B', '120'), came('C', '100'), came('D', '100'))).toBe('400 at ACD')
  // What its buyer took in of it, it brought to nobody else.
  const buyer = came('B', '120', { isUnsure: false, firstHand: 0, taken: kg('120') })
  expect(used(...first, buyer, came('C', '100'), came('D', '100'))).toBe('400 at ACD')
  expect(used(...first, sold('A', '100', { firstHand: 0 }), buyer, came('C', '100'))).toBe('200 at A')
  // Nobody knows how much a sale brought that tells heads, or nothing.
  expect(used(came('A', '300'), sold('B', '2', { sold: [], soldUntold: ['KGM'] }))).toBe('2 at B')
})

test('records of one system add up, and of what several systems tell of one place the greatest counts in each unit', () => {
  const heads = [{ value: '20', unit: 'HEA' }]
  const ledger = { system: 'ledger' }
  const usage = usageOf([
    part({ measures: kg('80'), sameDay: kg('80') }),
    part({ measures: [...kg('40'), ...heads] }),
    part({ ...ledger, measures: kg('100'), sameDay: kg('100') }),
    part({ ...ledger, kind: 'sale', measures: kg('90') }),
    part({ ...ledger, site: 'B', measures: kg('30') }),
  ])
  expect(usage.used).toEqual([{ value: '150', unit: 'KGM' }, ...heads])
  expect(usage.sites).toMatchObject([
    { site: 'A', kind: 'entry', system: 'city', records: 2, sameDay: kg('100') },
    { site: 'B', system: 'ledger', records: 1 },
  ])
})

test('a place told by its name is the one whose code bears the name, and where several codes bear it a place of its own', () => {
  const named = part({ site: '甲市场', siteName: '甲市场', system: 'ledger', measures: kg('100') })
  const coded = (site: string) => part({ site, siteName: '甲市场', measures: kg('90') })
  expect(usageOf([named, coded('330109004')]).sites).toMatchObject([
    { site: '330109004', keys: ['甲市场', '330109004'], measures: kg('100') },
  ])
  expect(usageOf([named, coded('330109004'), coded('330402003')]).used).toEqual(kg('280'))
})

test('markets of one name in two regions are two places under a paper, and one where the regions agree as far as both are told', () => {
  const name = '甲市场'
  const at = (site: string, kilograms: string, region = '') =>
    part({ site, siteName: name, region, system: `of ${site}`, measures: kg(kilograms) })
  const sitesOf = (...parts: UsePart[]) =>
    usageOf(parts)
      .sites.map(({ site, keys }) => [site, ...[...keys].sort()])
      .sort()
  const [here, there] = [at('甲市场@330105', '60'), at('甲市场@310115', '40')]
  expect(usageOf([here, there])).toMatchObject({ used: kg('100') })
  expect(sitesOf(here, there)).toEqual([
    ['甲市场@310115', '甲市场@310115'],
    ['甲市场@330105', '甲市场@330105'],
  ])
  expect(sitesOf(here, at('甲市场@330100', '10'), there)).toEqual([
    ['甲市场@310115', '甲市场@310115'],
    ['甲市场@330105', '甲市场@330100', '甲市场@330105'],
  ])
  expect(sitesOf(here, at('330105012', '50', '330105'), there)).toEqual([
    ['330105012', '330105012', '甲市场@330105'],
    ['甲市场@310115', '甲市场@310115'],
  ])
  expect(sitesOf(here, at(name, '10'))).toEqual([['甲市场@330105', '甲市场', '甲市场@330105']])
  expect(sitesOf(here, at(name, '10'), there)).toHaveLength(3)
})

test('at the gate a paper was used elsewhere where it was used at a market of the same name in another region', () => {
  const usage = usageOf([part({ site: '甲市场@330105', siteName: '甲市场', measures: kg('60') })])
  const load = { ...{ site: '甲市场', goods: PORK, quantity: null, vehicle: null, unread: null } }
  const at = (region: string | null) =>
    codes(judgeLoad({ ...paper, territory: 'anywhere' }, usage, null, { ...load, region }))
  expect(at('310115')).toEqual(['used_elsewhere'])
  expect(at('330100')).toEqual([])
  expect(at(null)).toEqual([])
})

test('heads are compared with heads, and never pieces with kilograms', () => {
  const heads = { value: '20', unit: 'HEA' }
  expect(
    compareUse(
      [heads],
      [
        { value: '2260', unit: 'KGM' },
        { value: '21', unit: 'HEA' },
      ],
    ),
  ).toMatchObject({
    unit: 'HEA',
    left: '-1',
  })
  expect(compareUse([{ value: '40', unit: 'H87' }], kg('1640'))).toBe('not_comparable')
  expect(compareUse([], kg('1640'))).toBeNull()
})

test('used beyond what it states, and at two places: graver for a paper of one transport', () => {
  const usage = usageOf([part({ measures: kg('80') }), part({ site: 'B', measures: kg('30') })])
  const quarantine = judgeUsage(paper, usage).found
  expect(quarantine.map(({ code, severity }) => [code, severity])).toEqual([
    ['over_used', 'warn'],
    ['used_twice', 'warn'],
  ])
  const promise = judgeUsage(
    { type: 'promise_cert', goods: [{ ...PORK, stated: kg('300'), back: [] }] },
    usage,
  ).found
  expect(promise.map(({ code, severity }) => [code, severity])).toEqual([['used_twice', 'note']])
})

test('a B certificate is refused outside its province and after its day; each with the day or province', () => {
  expect(codes(judgePaper(paper, { on: '2024-04-15', province: '33' }))).toEqual([])
  expect(codes(judgePaper(paper, { on: '2024-04-16', province: '31' }))).toEqual([
    'expired',
    'outside_territory',
  ])
  expect(codes(judgePaper(paper, { on: '2024-04-14' }))).toEqual(['not_yet_issued'])
  expect(codes(judgePaper({ ...paper, voidIn: ['copy'], papers: 2 }, { on: '2024-04-15' }))).toEqual([
    'void_elsewhere',
    'several_papers',
  ])
})

test.each([
  [{ voidedOn: '2024-04-14', voidToldOn: '2024-04-16' }, ' on 2024-04-14', '（2024-04-14）', '2024-04-14'],
  [{ voidToldOn: '2024-04-16' }, ', as was told on 2024-04-16', '（2024-04-16 得知）', '2024-04-16'],
])(
  'a void paper %j is told with the day of its void, else with that on which the hub was told',
  (days, en, zh, since) => {
    const [found] = judgePaper({ ...paper, isVoid: true, ...days }, { on: '2024-04-15' })
    expect(found).toMatchObject({ code: 'void', values: { since } })
    expect(found?.en).toContain(en)
    expect(found?.zh).toContain(zh)
  },
)

test('a load that was registered here today is not refused for having used up its own paper', () => {
  const usage = usageOf([part({ site: '330105012', measures: kg('100'), sameDay: kg('100') })])
  const { compared } = judgeUsage(paper, usage)
  const load = {
    site: '330105012',
    region: null,
    goods: PORK,
    quantity: { value: '100', unit: 'KGM' },
    vehicle: null,
    unread: null,
  }
  expect(codes(judgeLoad(paper, usage, compared, load))).toEqual(['entered_here'])
  expect(codes(judgeLoad(paper, usage, compared, { ...load, site: '330103007' }))).toEqual([
    'used_up',
    'used_elsewhere',
  ])
})

test('a paper that nobody issued is unknown, unless something speaks against it', () => {
  expect(gateVerdict(false, [])).toBe('unknown')
  expect(gateVerdict(true, [])).toBe('ok')
  expect(gateVerdict(true, judgePaper({ ...paper, isVoid: true }, { on: '2024-04-15' }))).toBe('refuse')
})

const body: Body = {
  flags: [],
  occurredAt: { at: '2024-04-15T00:00:00+08:00', precision: 'day' },
  product: { name: '番茄', class: 'vegetable' },
  quantity: { value: '300', unit: 'KGM' },
  parties: [{ role: 'issuer', name: '示例合作社', ids: [] }],
}

test('the fields that a form asks for are those of its year', () => {
  const missing = (issuedOn: string, basis: string[] = []) =>
    missingFields({ type: 'promise_cert', issuedOn }, body, {
      role: 'self',
      type: 'promise_cert',
      number: 'P',
      basis,
    })
  expect(missing('2020-05-01')).toEqual(['origin'])
  expect(missing('2024-04-15')).toEqual(['origin', 'basis'])
  expect(missing('2026-04-15', ['自行检测合格'])).toEqual([])
  expect(missingFields({ type: 'product_A', issuedOn: '2024-04-15' }, body, undefined)).toEqual([
    'origin',
    'destination',
    'vehicle',
  ])
  expect(missingFields({ type: 'product_2026', issuedOn: '2026-04-15' }, body, undefined)).toEqual(['origin'])
})

test('a form is out of use before and after its days', () => {
  expect(isFormOutOfUse('promise_cert', '2026-01-31', '2021')).toBe(false)
  expect(isFormOutOfUse('promise_cert', '2026-02-01', '2021')).toBe(true)
  expect(isFormOutOfUse('product_B', '2026-01-01', undefined)).toBe(true)
  expect(isFormOutOfUse('origin_cert', '2026-01-01', undefined)).toBe(false)
})

test('an entry without paper, with only unknown ones, with some of them, and with all', () => {
  const state = (types: string[]) =>
    missingPapers({ productClass: 'pork', on: '2024-04-15', types })?.state ?? null
  expect(state([])).toBe('none')
  expect(state(['unknown'])).toBe('unknown')
  expect(state(['product_B'])).toBe('incomplete')
  expect(state(['product_B', 'meat_quality'])).toBeNull()
  expect(missingPapers({ productClass: 'pork', on: '2016-02-29', types: [] })).toBeNull()
  expect(missingPapers({ productClass: 'grain_oil', on: '2024-04-15', types: [] })).toBeNull()
  expect(entryPapers({ ...body, documents: [{ role: 'upstream', type: 'unknown', number: 'X' }] })).toEqual({
    productClass: 'vegetable',
    on: '2024-04-15',
    types: ['unknown'],
  })
})

test('a record names a paper once, a refund takes off, and names and plates are kept as digests', () => {
  const [row, ...others] = mentionedPapers({
    ...body,
    kind: 'sale',
    system: 'one',
    refund: true,
    vehicle: '浙F·00X00',
    parties: [
      { role: 'seller', name: '甲', ids: [] },
      { role: 'buyer', name: '乙', ids: [] },
    ],
    sites: [{ role: 'market', name: '示例市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330402003' }] }],
    documents: [
      { role: 'upstream', type: 'promise_cert', number: 'P' },
      { role: 'upstream', type: 'promise_cert', number: 'P' },
    ],
  })
  expect(others).toEqual([])
  expect(row).toMatchObject({
    code: 'doc:P',
    role: 'upstream',
    site: '330402003',
    siteName: '示例市场',
    mass: '-300',
    count: null,
    usedOn: '2024-04-15',
    productCode: '01233401',
    boughtOn: false,
  })
  expect(JSON.stringify(row)).not.toMatch(/甲|乙|00X00/)
})
