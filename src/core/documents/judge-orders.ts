import { type CaseGoods, mayBe } from '#core/cases/goods.ts'
import type { NamedGoods } from './goods-match.ts'
import type { PaperGoods } from './paper-goods.ts'
import { finding, type SaidFinding } from './said-finding.ts'

/** A recall or a stop of sale that is in force for goods of a paper. */
export interface PaperOrder {
  readonly kind: 'recalled' | 'held'
  /** `YYYY-MM-DD`. */
  readonly since: string | null
  /** Null where another system told the order, or the caller may not see it. */
  readonly case: string | null
  /** The record of the order; null where the caller may not see it. */
  readonly record: string | null
  /** Whether its goods are only likely those of the paper: told by stall, product and day, and named by no record. */
  readonly likely: boolean
  readonly goods: CaseGoods
  /** Numbers of the lots that it names, of so many that the paper covers, as far as the caller sees them. */
  readonly lots: readonly string[]
  readonly covered: number
}

type NamedLoad = NamedGoods & { readonly name: string | null }

const LOTS_NAMED = 3

/**
 * What orders say against a load. They refuse it also where only some of the lots are held: what comes in under the paper is held as soon as it is told. Of a paper for several
 * goods the others are let in, and where nobody says which of them the load is, somebody has to look.
 */
export function judgeOrders(
  goods: readonly PaperGoods[],
  load: NamedLoad,
  orders: readonly PaperOrder[],
): SaidFinding[] {
  return orders.flatMap((order) => {
    const severity = bears(order, goods, load)
    return severity === null ? [] : [finding(order.kind, valuesOf(order), severity)]
  })
}

/** Goods are told apart as a case tells them apart. */
function bears(
  { goods: held }: PaperOrder,
  goods: readonly PaperGoods[],
  load: NamedLoad,
): 'refuse' | 'warn' | null {
  const isHeld = ({ name, productClass, productCode }: NamedLoad): boolean => {
    const product = {
      ...(name === null ? {} : { name }),
      ...(productClass === null ? {} : { class: productClass }),
      ...(productCode === null ? {} : { code: productCode }),
    }
    return mayBe(held, 'entry', { product })
  }
  const meant = goods.filter(isHeld)
  if (meant.length === 0 || meant.length === goods.length) return 'refuse'
  if (load.name === null) return 'warn'
  return isHeld(load) ? 'refuse' : null
}

function valuesOf({
  since,
  case: of,
  record,
  likely,
  lots,
  covered,
}: PaperOrder): Parameters<typeof finding>[1] {
  const named = lots.slice(0, LOTS_NAMED).join(', ') + (lots.length > LOTS_NAMED ? ' …' : '')
  const isPart = lots.length < covered
  const said: readonly (readonly [en: string, zh: string])[] = [
    ...(likely ? [['likely the same goods', '疑似同批货物'] as const] : []),
    ...(of !== null ? [[`case ${of}`, `案件 ${of}`] as const] : []),
    ...(of === null && record !== null ? [[`order ${record}`, `指令 ${record}`] as const] : []),
    ...(named !== ''
      ? [
          [
            `lots ${named}${isPart ? ` (of ${covered} under the paper)` : ''}`,
            `批次 ${named}${isPart ? `（凭证共 ${covered} 批）` : ''}`,
          ] as const,
        ]
      : []),
  ]
  return {
    since: since === null ? '' : { value: since, en: ` since ${since}`, zh: `（自 ${since} 起）` },
    case: of ?? '',
    lots: named,
    order: {
      value: record ?? '',
      en: said.length > 0 ? ` (${said.map(([en]) => en).join(', ')})` : '',
      zh: said.length > 0 ? `（${said.map(([, zh]) => zh).join('，')}）` : '',
    },
  }
}
