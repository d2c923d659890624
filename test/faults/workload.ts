import { createHash } from 'node:crypto'
import { recordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { State } from './ledger.ts'
import type { Random } from './random.ts'

/** A message as a source sends it, with what it says of which record. */
export interface Message {
  readonly path: string
  readonly system: string
  readonly contentType: string
  readonly body: string
  readonly sha256: string
  readonly sources: number
  readonly states: readonly State[]
  /** Whether the answer is a receipt; some systems have an answer of their own. */
  readonly tellsReceipt: boolean
}

/** A source record that was acknowledged, and may be corrected or made void. */
export interface KnownRecord {
  readonly source: SourceName
  readonly no: string
  readonly version: number
  /** Mark of its newest state. */
  readonly mark: number
}

export const SOURCES = ['trade', 'ticket', 'result', 'canonical', 'hold'] as const
export type SourceName = (typeof SOURCES)[number]

/** One source record and the states that it brings about. */
interface Line {
  readonly value: unknown
  readonly states: readonly State[]
}

interface Source {
  readonly path: string
  readonly system: string
  readonly contentType: string
  readonly tellsReceipt: boolean
  readonly canVoid: boolean
  readonly join: (values: readonly unknown[]) => string
  /** The n-th state of record `no`; `mark` is of this state, or where it is void and says nothing, of the one before. */
  readonly line: (no: string, version: number, mark: number, status: State['status']) => Line
  /** A source record that is rejected: it has no key. */
  readonly broken: (mark: number) => unknown
}

const yuan = (mark: number): string => (mark / 100).toFixed(2)
const DAY = new Date().toISOString().slice(0, 10)
const json = (values: readonly unknown[]): string => JSON.stringify(values)

function states(
  kinds: readonly Kind[],
  of: { system: string; record: string; key: readonly string[] },
  state: { version: number; status: State['status']; mark: string; words: string },
): State[] {
  return kinds.map((kind) => ({ ...state, id: recordId(kind, of.system, of.record, of.key) }))
}

const trade = (no: string, mark: number) => ({
  billNo: no,
  marketCode: '330402003',
  sellerCode: '3304020030107',
  sellerName: `商行${mark}`,
  buyerCode: '3301050120045',
  buyerName: '示例摊户',
  goodsCode: '01233401',
  goodsName: '番茄',
  netWeight: '100.0',
  unit: '公斤',
  price: '4.80',
  amount: yuan(mark),
  originCode: '330825',
  originName: '龙游',
  certNo: 'HGZ20240415-7K3M',
  tradeTime: `${DAY.replaceAll('-', '/')} 3:42:10`,
  payType: '4',
  status: '1',
})

const sources: Readonly<Record<SourceName, Source>> = {
  trade: {
    path: '/v1/systems/jiaxing-wholesale/records/trade',
    system: 'jiaxing-wholesale',
    contentType: 'application/json',
    tellsReceipt: true,
    canVoid: true,
    join: json,
    line: (no, version, mark, status) => ({
      // A void names the bill, and what the bill said stays.
      value:
        status === 'void'
          ? { ...trade(`${no}-V`, 0), status: '2', refBillNo: no, amount: '-1.00' }
          : trade(no, mark),
      states: states(
        ['sale', 'payment'],
        { system: 'jiaxing-wholesale', record: 'trade', key: [no] },
        { version, status, mark: String(mark / 100), words: `商行${mark}` },
      ),
    }),
    broken: (mark) => trade('', mark),
  },
  ticket: {
    path: '/v1/systems/market-scales/records/ticket',
    system: 'market-scales',
    contentType: 'application/x-ndjson',
    tellsReceipt: true,
    canVoid: true,
    join: (values) => values.map((value) => `${JSON.stringify(value)}\n`).join(''),
    line: (no, version, mark, status) => ({
      value: {
        sn: 'SC-330105012-A023-01',
        mkt: '330105012',
        booth: `A-${mark}`,
        mch: '92023',
        plu: '0007',
        name: '五花肉',
        g: 1250,
        tare: 8,
        up: 2960,
        amt: mark,
        pay: 2,
        tk: no,
        tc: '33010501224041500047',
        ts: Math.floor(Date.parse(`${DAY}T00:00:00Z`) / 1000) - 3600,
        up_ts: Math.floor(Date.parse(`${DAY}T00:00:00Z`) / 1000),
        st: status === 'void' ? 2 : 1,
        bar: '2100007012506',
      },
      states: states(
        ['sale', 'payment'],
        { system: 'market-scales', record: 'ticket', key: ['330105012', no] },
        { version, status, mark: String(mark / 100), words: `A-${mark}` },
      ),
    }),
    broken: () => ({ sn: 'SC-330105012-A023-01', mkt: '330105012', st: 1 }),
  },
  result: {
    path: '/v1/systems/rapid-test/records/result',
    system: 'rapid-test',
    contentType: 'application/json',
    tellsReceipt: false,
    canVoid: false,
    join: (values) =>
      JSON.stringify({
        thirdCompanyName: '示例检测',
        thirdCompanyCode: 'DY0001',
        checkCount: String(values.length),
        checkInfo: values,
      }),
    line: (no, version, mark, status) => ({
      value: {
        uuid: no,
        deviceId: 'DY6600-2404-0033',
        marketName: '大关湾示例农贸市场',
        operatorName: '秀英示例蔬菜摊',
        operatorCode: '3301050120045',
        stallNo: `B-${mark}`,
        checkDate: `${DAY} 06:31:22`,
        goodsName: '小白菜',
        amount: '50',
        unite: '斤',
        itemType: '农残',
        itemName: '有机磷和氨基甲酸酯类',
        itemCode: 'NC001',
        value: `${mark}%`,
        checkResult: '合格',
      },
      states: states(
        ['test'],
        { system: 'rapid-test', record: 'result', key: [no] },
        { version, status, mark: String(mark), words: `B-${mark}` },
      ),
    }),
    broken: () => ({ deviceId: 'DY6600-2404-0033', checkResult: '合格' }),
  },
  canonical: {
    path: '/v1/records',
    system: 'jiaxing-wholesale',
    contentType: 'application/json',
    tellsReceipt: true,
    canVoid: true,
    join: json,
    line: (no, version, mark, status) => ({
      value: {
        kind: 'sale',
        system: 'jiaxing-wholesale',
        key: [no],
        status,
        saleKind: 'wholesale',
        occurredAt: { at: `${DAY}T03:42:10+08:00`, precision: 'second', raw: DAY },
        flags: [],
        quantity: { value: '100', unit: 'KGM', raw: '100' },
        amount: { value: yuan(mark), currency: 'CNY', raw: yuan(mark) },
        parties: [{ role: 'seller', name: `商行${mark}`, ids: [] }],
        product: { name: '番茄' },
      },
      states: states(
        ['sale'],
        { system: 'jiaxing-wholesale', record: 'canonical', key: [no] },
        { version, status, mark: String(mark / 100), words: `商行${mark}` },
      ),
    }),
    broken: () => ({ kind: 'sale', system: 'jiaxing-wholesale', key: [] }),
  },
  // Goes over the lane of recalls.
  hold: {
    path: '/v1/records',
    system: 'jiaxing-wholesale',
    contentType: 'application/json',
    tellsReceipt: true,
    canVoid: true,
    join: json,
    line: (no, version, mark, status) => ({
      value: {
        kind: 'hold',
        system: 'jiaxing-wholesale',
        key: [no],
        status,
        holdKind: 'stop_sale',
        cause: String(mark),
        occurredAt: { at: `${DAY}T03:42:10+08:00`, precision: 'second', raw: DAY },
        flags: [],
        parties: [{ role: 'owner', name: `货主${mark}`, ids: [] }],
        product: { name: '番茄' },
      },
      states: states(
        ['hold'],
        { system: 'jiaxing-wholesale', record: 'canonical', key: [no] },
        { version, status, mark: String(mark), words: `货主${mark}` },
      ),
    }),
    broken: () => ({ kind: 'hold', system: 'jiaxing-wholesale', key: [] }),
  },
}

/** Makes up messages: new records, corrections and voids of known ones, now and then one that is rejected. */
export function createWorkload(random: Random, prefix: string) {
  let marks = 0
  let numbers = 0
  /** Records whose newest state was acknowledged; one that is under way is not among them. */
  const settled: Record<SourceName, KnownRecord[]> = {
    trade: [],
    ticket: [],
    result: [],
    canonical: [],
    hold: [],
  }

  const next = (): { readonly message: Message; readonly touched: readonly KnownRecord[] } => {
    const name = random.pick(SOURCES)
    const source = sources[name]
    const lines: Line[] = []
    const touched: KnownRecord[] = []
    for (let i = random.whole(1, 12); i > 0; i--) {
      const known = random.chance(0.4) ? take(settled[name], random) : undefined
      const ends = known !== undefined && source.canVoid && random.chance(0.3)
      // A void says nothing new, so it keeps the mark.
      const mark = ends ? known.mark : ++marks
      const no = known?.no ?? `${prefix}${String(++numbers).padStart(7, '0')}`
      const version = (known?.version ?? 0) + 1
      lines.push(source.line(no, version, mark, ends ? 'void' : 'active'))
      // What is void is not spoken of again.
      if (!ends) touched.push({ source: name, no, version, mark })
    }
    const values = lines.map(({ value }) => value)
    if (random.chance(0.1)) values.push(source.broken(++marks))
    const body = source.join(values)
    const { path, system, contentType, tellsReceipt } = source
    const sha256 = createHash('sha256').update(body).digest('hex')
    return {
      message: {
        path,
        system,
        contentType,
        tellsReceipt,
        body,
        sha256,
        sources: values.length,
        states: lines.flatMap((line) => line.states),
      },
      touched,
    }
  }
  return {
    next,
    /** These records may be spoken of again. */
    settle(records: readonly KnownRecord[]) {
      for (const record of records) settled[record.source].push(record)
    },
  }
}

function take<T>(from: T[], random: Random): T | undefined {
  if (from.length === 0) return undefined
  const [taken] = from.splice(Math.floor(random.next() * from.length), 1)
  return taken
}
