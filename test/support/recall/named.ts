import { lot, paper } from './ledger.ts'
import { type Parcel, reachedOf } from './scene.ts'

export const lotsOf = (all: readonly Parcel[], n: number, role: 'subject' | 'source' | 'input' = 'subject') =>
  all.map(({ lots }) => lot(lots[n % lots.length] as string, role))

/** What is first told of goods that came from nowhere else and were made of no others; null of the first themselves. */
function firstOf({ stage, parents }: Parcel): Parcel | null {
  const [one, ...others] = parents
  if (stage > 0 || one === undefined || others.length > 0) return null
  return one.parents.length === 0 ? one : firstOf(one)
}

/**
 * Names the goods by the paper or the lot that they first came under; null where that may be other goods in this hand as well. What was made of a paper may be of whatever goods the paper is.
 */
export function underFirst(
  parcels: readonly Parcel[],
  [one, ...others]: readonly Parcel[],
  isMade: boolean,
): Named | null {
  const first = one === undefined || others.length > 0 ? null : firstOf(one)
  const isOther = (two: Parcel): boolean =>
    two !== one &&
    two.who === one?.who &&
    two.product === one.product &&
    reachedOf(parcels, [two]).includes(first as Parcel)
  if (first === null || (first.paper === null && first.lots.length > 1) || parcels.some(isOther)) return null
  const { paper: number, lots } = first
  if (isMade && number !== null && parcels.some((two) => two !== first && two.paper === number)) return null
  return number === null
    ? (_, role = 'subject') => ({ lots: [lot(lots[0] as string, role)] })
    : (_, role) => ({ documents: [paper(role === 'input' ? 'input' : 'upstream', number, 'promise_cert')] })
}

/** What a record names as the goods that it tells of; of each of two who tell of them. */
export type Named = (
  n: number,
  role?: 'subject' | 'source' | 'input',
) => { readonly lots?: ReturnType<typeof lotsOf>; readonly documents?: ReturnType<typeof paper>[] }
