import { placeOf, siteText } from '#core/cases/place.ts'
import { documentCode, lotCode } from '#core/lineage/codes.ts'
import type { CaseHold } from '#store/case-lots.ts'
import { readTracedVersions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** A place at which a lot is held. */
export interface HeldPlace {
  /** The hold record that names the lot there. */
  readonly hold: string
  /** What is ordered for it there. */
  readonly order: 'stop_sale' | 'recall'
  /** Name of the site, else a code of it without its scheme. */
  readonly site: string | null
  /** GB/T 2260 code. */
  readonly region: string | null
}

/** Of each code that hold records in force name, where they do, as the reader sees them. */
export async function heldPlaces(
  reader: Reader,
  holds: readonly CaseHold[],
): Promise<ReadonlyMap<string, readonly HeldPlace[]>> {
  const records = await readTracedVersions(
    reader,
    holds.filter(({ holdKind }) => holdKind !== 'release'),
  )
  const places = new Map<string, HeldPlace[]>()
  for (const { recordId, holdKind } of holds) {
    const body = records.get(recordId)?.body
    if (!body || holdKind === 'release') continue
    const { site, region } = placeOf(body)
    const place = { hold: recordId, order: holdKind, site: siteText(site), region: region?.code ?? null }
    const codes = [
      ...(body.lots ?? []).map(({ scheme, value }) => lotCode(scheme, value)),
      ...(body.documents ?? []).map(({ number }) => documentCode(number)),
    ]
    for (const code of new Set<string>(codes)) places.set(code, [...(places.get(code) ?? []), place])
  }
  return places
}
