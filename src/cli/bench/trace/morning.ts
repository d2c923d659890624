import type { Body } from '#core/model/body.ts'
import { recordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { DocumentPart, LotPart } from '#core/model/parts.ts'

/** A record as a source tells it, before it is content. */
export interface Told {
  readonly kind: Kind
  readonly system: string
  readonly id: string
  readonly body: Body
}

/** What one market's morning holds: few farms, many tickets. A ticket names three lots, a stall buys under two vouchers. */
const SIZES = {
  farms: 4,
  entries: 8,
  trades: 40,
  bought: 20,
  resold: 60,
  stalls: 60,
  tickets: 600,
  loose: 60,
}
/** Edges of one morning by exact codes; the bench checks it against what was stored. */
export const EDGES_OF_MORNING = 4 * 5 + 8 * 2 + 40 * 2 + 20 * 2 + 60 * 2 + 60 * 2 + 600 * 3

const padded = (n: number, length: number): string => String(n).padStart(length, '0')
const numbered = (prefix: string, morning: number, n: number, length: number): string =>
  `${prefix}${padded(morning, length - prefix.length - 3)}${padded(n, 3)}`

/** Codes of the parts of a morning, as they are printed. */
export const CODES = {
  farmLot: (m: number, n: number) => numbered('33082500', m, n, 20),
  cert: (m: number, n: number) => `HGZ${numbered('20240415', m, n, 20)}`,
  report: (m: number, n: number) => `JC${numbered('20240415', m, n, 19)}`,
  entered: (m: number, n: number) => numbered('33', m, n, 16),
  voucher: (m: number, n: number) => numbered('330402003', m, n, 20),
  bought: (m: number, n: number) => numbered('34', m, n, 16),
  resold: (m: number, n: number) => numbered('330402004', m, n, 20),
  stallLot: (m: number, n: number) => numbered('330110021', m, n, 20),
  ticket: (m: number, n: number) => `XS${numbered('330110', m, n, 18)}`,
} as const

const GOODS = [
  ['01233401', '番茄'],
  ['01232011', '大白菜'],
  ['01233402', '茄子'],
  ['01231201', '黄瓜'],
] as const
const lot = (role: LotPart['role'], value: string): LotPart => ({ role, scheme: 'cn.mofcom.trace20b', value })
const paper = (role: DocumentPart['role'], type: string, number: string): DocumentPart => ({
  role,
  type,
  number,
})

function told(
  [kind, system, record]: readonly [kind: Kind, system: string, record: string],
  key: string,
  minute: number,
  [morning, n]: readonly [morning: number, n: number],
  rest: Partial<Body>,
): Told {
  // What a morning's paths lead over is of one product, as a trace follows it.
  const [code, name] = GOODS[morning % GOODS.length] as (typeof GOODS)[number]
  const at = `2024-04-15T${padded(Math.floor(minute / 60) % 24, 2)}:${padded(minute % 60, 2)}:00+08:00`
  return {
    kind,
    system,
    id: recordId(kind, system, record, [key]),
    body: {
      flags: [],
      occurredAt: { at, precision: 'minute' },
      region: { code: '330110', year: 2024 },
      product: { code, name, class: 'vegetable' },
      quantity: { value: `${20 + (n % 180)}.5`, unit: 'KGM' },
      ...rest,
    },
  }
}

/**
 * The records of some mornings side by side, step by step from the farms to the tickets: what belongs to one path does not lie together in
 * the tables, as it would not where many markets report at once. Farm lots, dispatches under certificates, entries at the wholesale market,
 * trades, what a second trader bought and sold on, stalls, tickets: eight steps.
 */
export function* mornings(first: number, end: number): Generator<Told> {
  for (const step of STEPS)
    for (let n = 0; n < SIZES[step.of]; n++)
      for (let m = first; m < end; m++) for (const make of step.make) yield make(m, n)
}

interface Step {
  readonly of: keyof typeof SIZES
  readonly make: readonly ((m: number, n: number) => Told)[]
}
const lots3 = [0, 1, 2]

const STEPS: readonly Step[] = [
  {
    of: 'farms',
    make: [
      ...lots3.map((l) => (m: number, n: number) => {
        const value = CODES.farmLot(m, n * 3 + l)
        return told(['production', 'longyou-farms', 'harvest'], value, 10, [m, n], {
          lots: [lot('subject', value)],
        })
      }),
      (m, n) => ownPaper('promise_cert', CODES.cert(m, n), m, n),
      (m, n) => ownPaper('lab_report', CODES.report(m, n), m, n),
      (m, n) =>
        told(['dispatch', 'longyou-farms', 'origin-out'], CODES.cert(m, n), 30, [m, n], {
          sites: [{ role: 'farm', name: '示例蔬菜专业合作社', ids: [] }],
          lots: lots3.map((l) => lot('source', CODES.farmLot(m, n * 3 + l))),
          documents: papersOf(m, n),
        }),
    ],
  },
  {
    of: 'entries',
    make: [
      (m, n) =>
        told(['entry', 'mofcom-city', 'market-entry'], CODES.entered(m, n), 120, [m, n], {
          lots: [lot('subject', CODES.entered(m, n))],
          documents: papersOf(m, n % SIZES.farms),
        }),
    ],
  },
  {
    of: 'trades',
    make: [
      (m, n) =>
        told(['sale', 'mofcom-city', 'market-trade'], CODES.voucher(m, n), 180 + n, [m, n], {
          saleKind: 'wholesale',
          lots: [n, n + 3].map((e) => lot('source', CODES.entered(m, e % SIZES.entries))),
          documents: [paper('voucher', 'sales_voucher', CODES.voucher(m, n))],
        }),
    ],
  },
  {
    of: 'bought',
    make: [
      (m, n) =>
        told(['entry', 'jiaxing-wholesale', 'entry'], CODES.bought(m, n), 230, [m, n], {
          lots: [lot('subject', CODES.bought(m, n))],
          documents: [n * 2, n * 2 + 1].map((t) => paper('upstream', 'sales_voucher', CODES.voucher(m, t))),
        }),
    ],
  },
  {
    of: 'resold',
    make: [
      (m, n) =>
        told(['sale', 'jiaxing-wholesale', 'trade'], CODES.resold(m, n), 240 + n, [m, n], {
          saleKind: 'wholesale',
          lots: [n, n + 7].map((b) => lot('source', CODES.bought(m, b % SIZES.bought))),
          documents: [paper('voucher', 'sales_voucher', CODES.resold(m, n))],
        }),
    ],
  },
  {
    of: 'stalls',
    make: [
      (m, n) =>
        stallEntry(
          CODES.stallLot(m, n),
          [n, n + 1].map((r) => CODES.resold(m, r % SIZES.resold)),
          m,
          n,
        ),
    ],
  },
  {
    of: 'tickets',
    make: [
      (m, n) =>
        ticket(
          CODES.ticket(m, n),
          [0, 20, 40].map((s) => CODES.stallLot(m, (n + s) % SIZES.stalls)),
          m,
          n,
        ),
    ],
  },
  { of: 'loose', make: [(m, n) => ticket(null, [], m, n)] },
]

const papersOf = (m: number, n: number): DocumentPart[] => [
  paper('upstream', 'promise_cert', CODES.cert(m, n)),
  paper('upstream', 'lab_report', CODES.report(m, n)),
]

const ownPaper = (type: string, number: string, m: number, n: number): Told =>
  told(['document', 'zj-agri-certificate', 'certificate'], number, 20, [m, n], {
    documents: [paper('self', type, number)],
  })

function stallAt(m: number, n: number): Pick<Body, 'sites' | 'parties'> {
  return {
    sites: [
      {
        role: 'market',
        name: `示例农贸市场${m}`,
        ids: [{ scheme: 'cn.mofcom.node9', value: padded(330000000 + m, 9) }],
      },
      { role: 'stall', name: `A${n % SIZES.stalls}`, ids: [] },
    ],
  }
}

export const stallEntry = (value: string, vouchers: readonly string[], m: number, n: number): Told =>
  told(['entry', 'mofcom-city', 'retail-entry'], value, 330, [m, n], {
    ...stallAt(m, n),
    lots: [lot('subject', value)],
    documents: vouchers.map((number) => paper('upstream', 'sales_voucher', number)),
  })

/** A ticket with a number and the lots of what was bought, or one of a scale that names only stall and goods. */
export const ticket = (number: string | null, lots: readonly string[], m: number, n: number): Told =>
  told(['sale', 'market-scales', 'ticket'], number ?? `${m}-${n}`, 400 + (n % 600), [m, n], {
    saleKind: 'retail',
    ...stallAt(m, n),
    ...(lots.length > 0 ? { lots: lots.map((value) => lot('subject', value)) } : {}),
    ...(number === null ? {} : { documents: [paper('voucher', 'sales_voucher', number)] }),
  })

/** A wholesale lot of which a hundred trades were sold, each to a stall with 98 tickets. */
export const BIG_LOT = numbered('39', 0, 0, 16)
const BIG = { trades: 100, tickets: 98, morning: 900_000 }
export const NODES_OF_BIG_LOT = 1 + BIG.trades * (2 + BIG.tickets)

export function* bigLot(): Generator<Told> {
  yield told(['entry', 'mofcom-city', 'market-entry'], BIG_LOT, 120, [BIG.morning, 0], {
    lots: [lot('subject', BIG_LOT)],
    documents: [paper('upstream', 'promise_cert', 'HGZ-BIG')],
  })
  for (let n = 0; n < BIG.trades; n++) {
    const voucher = CODES.voucher(BIG.morning, n)
    yield told(['sale', 'mofcom-city', 'market-trade'], voucher, 180, [BIG.morning, 0], {
      saleKind: 'wholesale',
      lots: [lot('source', BIG_LOT)],
      documents: [paper('voucher', 'sales_voucher', voucher)],
    })
    yield stallEntry(CODES.stallLot(BIG.morning, n), [voucher], BIG.morning, n)
  }
  for (let t = 0; t < BIG.tickets; t++)
    for (let n = 0; n < BIG.trades; n++)
      yield ticket(CODES.ticket(BIG.morning + 1 + n, t), [CODES.stallLot(BIG.morning, n)], BIG.morning, n)
}
