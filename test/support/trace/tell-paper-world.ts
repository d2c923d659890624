import type { Body } from '#core/model/body.ts'
import type { DocumentPart } from '#core/model/parts.ts'
import type { Written } from '#test/trace/store-records.ts'
import { add, type Hand, hasHad, NOTHING, type Truth, voucherTruth } from './paper-truth.ts'
import { MARKETS, PAPERS, type Papers, type PaperWorld, ROUNDED, type Step } from './paper-world.ts'

export interface ToldWorld {
  readonly number: string
  readonly records: readonly Written[]
  /** Of the paper and of the vouchers of sales of its goods. */
  readonly truths: readonly Truth[]
  /** As what its page is read: what its origin sold is a use of it in figures of uses, and none at a gate. */
  readonly as: 'everywhere' | 'at_gate'
  /** What happens in it. */
  readonly seen: ReadonlySet<string>
}

const party = <R extends string>(role: R, name: string) => ({ role, name, ids: [] })
const DAY = '2024-04-15'

/** The records by which systems tell of a world, and what is true in it. @param run makes its numbers and names its own */
export function tellWorld(world: PaperWorld, run: string): ToldWorld {
  const number = `P${run}`
  const farm = `${run}示例产地`
  const goods = PAPERS[world.type].slice(0, world.goods)
  const upstream: DocumentPart = { role: 'upstream', type: world.type, number }
  const records: Written[] = []
  const hands: Hand[] = []
  const seen = new Set<string>()
  const sent = goods.map(() => 0)
  /** Kilograms that came straight under the paper, by market, goods, who has them and who tells them. */
  const came = new Map<string, number>()
  const count = ({ market, good, who }: Hand, teller: string, mass: number) =>
    add(came, JSON.stringify([market, good, who, teller]), mass)

  const tell = (kind: Written['kind'], system: string, good: number, mass: number, body: Partial<Body>) => {
    const one: Written = {
      ...{ kind, system, key: `${run}-${records.length}` },
      body: {
        occurredAt: { at: `${DAY}T0${1 + (records.length % 9)}:00:00+08:00`, precision: 'second' },
        product: { ...goods[good] },
        quantity: { value: String(mass), unit: 'KGM' },
        ...body,
      },
    }
    records.push(one)
    return one
  }
  const at = (n: number): Partial<Body> => {
    const value = MARKETS[n] as string
    return {
      region: { code: value.slice(0, 6), year: 2024 },
      sites: [{ role: 'market', name: `市场${value}`, ids: [{ scheme: 'cn.mofcom.node9', value }] }],
    }
  }

  /** An arrival, as all tell of it who do. */
  function arrive(
    to: Hand,
    from: string | null,
    mass: number,
    documents: DocumentPart[],
    fate: Step['fate'] = 'in',
    underVoucher?: Map<string, number>,
  ) {
    const { isArrivalTold, county } = world.markets[to.market] as (typeof world.markets)[number]
    const tellers = [
      ...(isArrivalTold || to.giver !== null || hands.includes(to) ? [['market', mass] as const] : []),
      ...(county === null ? [] : [['county', ROUNDED[county](mass)] as const]),
    ]
    for (const [teller, kilograms] of tellers) {
      if (kilograms === 0) continue
      const first = tell(
        'entry',
        `${teller}${to.market}`,
        to.good,
        kilograms + (fate === 'corrected' ? 7 : 0),
        {
          ...{ ...at(to.market), documents },
          parties: [party('owner', to.who), ...(from === null ? [] : [party('supplier', from)])],
          ...(fate === 'refused' ? { admission: 'refused_no_papers' } : {}),
        },
      )
      if (fate === 'void') records.push({ ...first, version: 2, status: 'void' })
      const quantity = { value: String(kilograms), unit: 'KGM' as const }
      if (fate === 'corrected') records.push({ ...first, version: 2, body: { ...first.body, quantity } })
      if (from === farm && (fate === 'in' || fate === 'corrected')) count(to, teller, kilograms)
      if (underVoucher) add(underVoucher, teller, kilograms)
    }
  }

  function sell(from: Hand, to: string | null, mass: number, documents: DocumentPart[], refund = false) {
    tell('sale', `market${from.market}`, from.good, mass, {
      ...{ ...at(from.market), documents, saleKind: to === null ? 'retail' : 'wholesale' },
      parties: [party('seller', from.who), ...(to === null ? [] : [party('buyer', to)])],
      ...(refund ? { refund } : {}),
    })
    if (from.giver === null && documents.includes(upstream)) count(from, 'sales', refund ? -mass : mass)
  }

  const papers = (
    told: Papers,
    isKnown: boolean,
    role: 'voucher' | 'upstream',
    number: string,
  ): DocumentPart[] => [
    ...(told === 'voucher' || !isKnown ? [] : [upstream]),
    ...(told === 'paper' ? [] : [{ role, type: 'sales_voucher', number }]),
  ]
  const namesVoucher = (told: Papers) => told === 'both' || told === 'voucher'
  const namesPaper = (told: Papers) => told === 'both' || told === 'paper'

  /** How what went back between two was told. */
  const wayBack = new Map<string, string>()
  function back(hand: Hand, mass: number) {
    const giver = hand.giver as Hand
    const { back: way, sale } = hand.told
    // Who gets back what he is not known to have sold under the paper is taken for its buyer, whose sales tell nothing new: what he got first must be told.
    const isSeller = namesPaper(sale) || world.markets[giver.market]?.isArrivalTold
    if ((way === 'arrival' || way === 'all') && !(hand.isKnown && isSeller)) return
    const isRefunded =
      (way === 'voucher' || way === 'own' || way === 'both' || way === 'all') && sale !== 'untold'
    // Between two of whom one return is told as a refund, the arrival of another one is nothing more (ADR 0026).
    const between = `${giver.who} ${hand.who}`
    const told = isRefunded ? 'refund' : way
    if ((wayBack.get(between) ?? told) !== told && (told === 'arrival' || wayBack.get(between) === 'arrival'))
      return
    wayBack.set(between, told)
    seen.add(`back ${way}`)
    hand.has -= mass
    // Where nobody but the buyer tells of it, nothing is there to be sold again.
    if (way !== 'sentBack') giver.has += mass
    if (isRefunded)
      sell(
        giver,
        hand.who,
        mass,
        papers(sale, giver.isKnown, 'voucher', way === 'own' ? `R${run}-${records.length}` : hand.voucher),
        true,
      )
    if (way === 'sentBack' || way === 'both')
      tell('disposal', `market${hand.market}`, hand.good, mass, {
        ...{ ...at(hand.market), disposalKind: 'returned', documents: [upstream] },
        parties: [party('owner', hand.who), party('consignee', giver.who)],
      })
    if (namesVoucher(sale) && (way === 'voucher' || way === 'both' || way === 'all')) hand.refunded += mass
    if (way !== 'arrival' && way !== 'all') return
    arrive(
      giver,
      hand.who,
      mass,
      [upstream, ...papers('voucher', true, 'upstream', hand.voucher)],
      'in',
      hand.cameBack,
    )
    if (way === 'arrival' && giver.giver === null && namesPaper(sale)) count(giver, 'sales', -mass)
  }

  const role = world.type === 'promise_cert' ? ('farm' as const) : ('slaughterhouse' as const)
  const house = [{ role, name: farm, ids: [{ scheme: 'cn.mofcom.node9', value: `house${run}` }] }]
  /** What the origin tells of a sale to who brings the goods in. */
  function leave(to: Hand, mass: number, voucher: string, refund = false) {
    if (world.origin.sale === 'untold') return
    tell('sale', 'house', to.good, mass, {
      ...{ sites: house, saleKind: 'wholesale', ...(refund ? { refund } : {}) },
      parties: [party('seller', farm), party('buyer', to.who)],
      documents: papers(world.origin.sale, true, 'voucher', voucher),
    })
  }

  function sellOn(hand: Hand, mass: number, isInside: boolean, wish: number) {
    const market = isInside ? hand.market : (hand.market + 1 + (wish % 2)) % MARKETS.length
    const who = `${run}号${market}场${2 + (wish % 3)}示例商行`
    if (hasHad(hand, who)) return
    const told = world.pairs[
      (hand.market + market * 2 + wish) % world.pairs.length
    ] as (typeof world.pairs)[number]
    const voucher = `V${run}-${records.length}`
    const isGiverKnown = hand.isKnown && (hand.isArrived || namesPaper(told.sale))
    const isArrived = isGiverKnown && namesPaper(told.entry)
    const isKnown = isArrived || (hand.isKnown && namesPaper(told.sale))
    const got: Hand = {
      ...{
        who,
        market,
        good: hand.good,
        giver: hand,
        voucher,
        told,
        isKnown,
        isArrived,
        sold: mass,
        ...NOTHING(),
      },
      has: mass,
    }
    hand.has -= mass
    hands.push(got)
    seen.add(`sale ${told.sale}`).add(`entry ${told.entry}`)
    if (told.sale !== 'untold') sell(hand, who, mass, papers(told.sale, hand.isKnown, 'voucher', voucher))
    if (told.entry === 'untold') return
    const under = namesVoucher(told.entry) ? got.came : undefined
    const isUntold = !told.isGiverTold && namesPaper(told.sale) && isGiverKnown
    if (isUntold) seen.add('giver untold')
    arrive(
      got,
      isUntold ? null : hand.who,
      mass,
      papers(told.entry, isGiverKnown, 'upstream', voucher),
      'in',
      under,
    )
  }

  for (const { does, of, to, good: wish, kilograms, part, fate } of world.steps) {
    const good = wish % goods.length
    if (does === 'arrive') {
      const market = of % MARKETS.length
      const { isArrivalTold, county } = world.markets[market] as (typeof world.markets)[number]
      const hand: Hand = {
        ...{
          who: `${run}号${market}场${to % 2}示例商行`,
          market,
          good,
          giver: null,
          voucher: '',
          isKnown: true,
          isArrived: isArrivalTold || (county !== null && ROUNDED[county](kilograms) > 0),
        },
        ...{ told: world.pairs[0] as Hand['told'], has: kilograms, sold: 0, ...NOTHING() },
      }
      seen.add(fate)
      const voucher = `O${run}-${records.length}`
      const { sale, isVoucherShown, home, isPlaceTold } = world.origin
      leave(hand, kilograms, voucher)
      const shown = isVoucherShown ? papers('voucher', true, 'upstream', voucher) : []
      arrive(hand, farm, kilograms, [upstream, ...shown], fate)
      if (fate === 'refused' && sale !== 'untold' && home === 'refund') leave(hand, kilograms, voucher, true)
      if (fate === 'refused' && home === 'arrival' && isPlaceTold)
        tell('entry', 'house', good, kilograms, {
          ...{ sites: house, documents: [upstream, ...shown] },
          parties: [party('owner', farm), party('supplier', hand.who)],
        })
      if (fate === 'refused' || fate === 'void') continue
      hands.push(hand)
      sent[good] = (sent[good] as number) + kilograms
      continue
    }
    const able = hands.filter(({ has, giver }) => has > 0 && (does !== 'back' || giver !== null))
    const hand = able[of % Math.max(1, able.length)]
    if (!hand) continue
    const mass = Math.max(1, Math.floor((hand.has * part) / 100))
    seen.add(does)
    if (does === 'back') back(hand, mass)
    else if (does === 'retail') {
      hand.has -= mass
      sell(hand, null, mass, hand.isKnown ? [upstream] : [])
    } else sellOn(hand, mass, does === 'inside', to)
  }

  for (const [good, mass] of sent.entries())
    if (mass > 0 && world.sent !== 'nothing')
      tell('dispatch', 'farms', good, world.sent === 'all' ? mass : Math.ceil(mass / 2), {
        ...{ sites: [{ role: 'farm', name: farm, ids: [] }], documents: [upstream] },
        parties: [party('shipper', farm)],
      })
  const ofPaper = goods.map(({ name: product }, good): Truth => {
    const mostOf = (market: number, who: string) =>
      Math.max(
        ...['market', 'county', 'sales'].map(
          (teller) => came.get(JSON.stringify([market, good, who, teller])) ?? 0,
        ),
      )
    const at = MARKETS.map((_, market) => {
      const traders = new Set(hands.flatMap((hand) => (hand.market === market ? hand.who : [])))
      return Math.max(
        0,
        [...traders].reduce((sum, who) => sum + mostOf(market, who), 0),
      )
    })
    const used = at.reduce((a, b) => a + b, 0)
    const stated = Math.max(1, (sent[good] as number) + world.slack)
    tell('document', 'papers', good, stated, {
      ...{
        occurredAt: { at: `${DAY}T00:10:00+08:00`, precision: 'second' },
        parties: [party('issuer', farm)],
        ...(world.origin.isPlaceTold ? { sites: house } : {}),
      },
      documents: [{ role: 'self', type: world.type, number }],
    })
    return { number, product, used, left: stated - used, places: MARKETS.filter((_, market) => at[market]) }
  })
  const ofVouchers = hands
    .filter(({ giver, told }) => giver !== null && namesVoucher(told.sale))
    .map((hand) => voucherTruth(hand, goods[hand.good]?.name ?? ''))
  const isSoldAtOrigin = world.origin.sale !== 'untold' || world.origin.home !== 'untold'
  return {
    number,
    records,
    truths: [...ofPaper, ...ofVouchers],
    as: isSoldAtOrigin ? 'at_gate' : 'everywhere',
    seen,
  }
}
