/** What a hold orders; `void`: its record was made void. */
export const ORDERS = ['stop_sale', 'recall', 'release', 'void'] as const
export type HoldOrder = (typeof ORDERS)[number]

/**
 * By when a receiver acknowledges an order, and by when it has told how much it found, sold and disposed of; minutes from the order. What is
 * released is found no more, so no quantities are due. This is the one place where deadlines are set.
 */
export const DEADLINES: Readonly<
  Record<HoldOrder, { readonly acknowledgeMinutes: number; readonly reportMinutes: number | null }>
> = {
  recall: { acknowledgeMinutes: 60, reportMinutes: 24 * 60 },
  stop_sale: { acknowledgeMinutes: 60, reportMinutes: 24 * 60 },
  release: { acknowledgeMinutes: 24 * 60, reportMinutes: null },
  void: { acknowledgeMinutes: 24 * 60, reportMinutes: null },
}

/** Escalations go no higher. */
export const LEVEL_MAX = 5

/** What a receiver says it did on an order. */
export const ACTIONS = ['stopped_sale', 'withdrawn', 'released', 'nothing_here', 'stored', 'other'] as const
export type RecallAction = (typeof ACTIONS)[number]

/** An acknowledgement; masses in kilograms, decimal texts. */
export interface Acknowledged {
  readonly action: RecallAction
  readonly found?: string
  readonly sold?: string
  readonly disposed?: string
}

/** Whether quantities were told, or that there are none. */
export const isReport = ({ action, found, sold, disposed }: Acknowledged): boolean =>
  action === 'nothing_here' || [found, sold, disposed].some((mass) => mass !== undefined)

const MASS = /^\d{1,12}(\.\d{1,6})?$/
const isAction = (text: unknown): text is RecallAction => ACTIONS.some((action) => action === text)

/**
 * The acknowledgement in a receiver's verdict on a hold; undefined where there is none. An action that the contract does not have is `other`,
 * a mass that is none is left out: that the receiver acknowledged counts.
 */
export function readAcknowledged(value: unknown): Acknowledged | undefined {
  if (value === true) return { action: 'other' }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { action, found, sold, disposed } = value as Readonly<Record<string, unknown>>
  const masses = Object.entries({ found, sold, disposed }).flatMap(([name, mass]) => {
    const text = typeof mass === 'number' ? String(mass) : mass
    return typeof text === 'string' && MASS.test(text) ? [[name, text]] : []
  })
  return { action: isAction(action) ? action : 'other', ...Object.fromEntries(masses) }
}
