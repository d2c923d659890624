import { maskName } from '#core/mask.ts'
import type { Body } from '#core/model/body.ts'
import type { Region } from '#core/model/values.ts'
import { isPersonalSite } from '#core/personal.ts'
import { regionPath } from '#core/regions/path.ts'
import type { TraceHold } from './graph.ts'
import { HOLD_WORDS, quantityWords, VERDICT_WORDS } from './words.ts'

/** Names of a region from the province down, as of its year; else how the source wrote it; empty where nothing is known. */
export function regionText(region: Region | undefined): string {
  if (!region) return ''
  const path = region.code ? regionPath(region.code, region.year).join('') : ''
  return path || (region.name ?? region.writtenAs ?? region.code ?? '')
}

/** One line about a record in Chinese: product, quantity, test or hold, and the place. No party, price or phone number. */
export function recordSummary(body: Body): string {
  const { product, quantity, mass, test, holdKind, sites } = body
  const site = sites?.find(({ name }) => name !== undefined)
  const named = site?.name !== undefined && isPersonalSite(site) ? maskName(site.name) : site?.name
  const place = named ?? regionText(body.region)
  return [
    product?.name ?? product?.code ?? '',
    [quantityWords(quantity, 'zh'), quantityWords(mass, 'zh')].filter((text) => text !== '').join(' / '),
    test ? `${test.item} ${VERDICT_WORDS[test.verdict][1]}` : '',
    holdKind ? HOLD_WORDS[holdKind as TraceHold['kind']][1] : '',
    place,
  ]
    .filter((text) => text !== '')
    .join(' · ')
}
