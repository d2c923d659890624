import { prefixOf } from '#core/regions/path.ts'
import type { Rehearsed } from './rehearse.ts'

/** What a link lets through, as far as it decides whether a hold goes over it. */
export interface HoldFilter {
  readonly kinds?: readonly string[]
  readonly regions?: readonly string[]
  readonly systems?: readonly string[]
  readonly productClasses?: readonly string[]
  readonly sites?: readonly string[]
  readonly risks?: readonly string[]
}

const fits = (wanted: readonly string[] | undefined, isMeant: (one: string) => boolean): boolean =>
  wanted === undefined || wanted.length === 0 || wanted.some(isMeant)

/** Whether a hold of one of the places that are reached would go over a link with this filter. */
export function wouldTell(
  filter: HoldFilter,
  { sites, productClasses }: Pick<Rehearsed, 'sites' | 'productClasses'>,
  ownSystem: string,
): boolean {
  const regions = sites.flatMap(({ region }) => region ?? [])
  const codes = new Set(sites.flatMap(({ code }) => code ?? []))
  return (
    fits(filter.kinds, (kind) => kind === 'hold') &&
    fits(filter.systems, (system) => system === ownSystem) &&
    fits(filter.productClasses, (one) => productClasses.includes(one)) &&
    fits(filter.regions, (one) =>
      regions.some((region) => region.startsWith(prefixOf(one.padEnd(6, '0')))),
    ) &&
    fits(filter.sites, (one) => codes.has(one.slice(one.indexOf(':') + 1))) &&
    fits(filter.risks, (risk) => risk === 'recall' || risk === 'doubtful')
  )
}
