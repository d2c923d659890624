import type { CaseGoods } from '#core/cases/goods.ts'
import { siteText } from '#core/cases/place.ts'
import type { Body } from '#core/model/body.ts'
import { COVERED, FAILED_TEST, ORDERED } from '#core/model/masked-texts.ts'
import type { CaseEventRow } from '#store/case-events.ts'
import { type CaseFinding, readCaseFindings } from '#store/case-findings.ts'
import { type CaseHold, readCaseHolds } from '#store/case-lots.ts'
import type { CaseFilter } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import {
  listSeenCases,
  readSeenCase,
  readSeenEvents,
  readSeenLots,
  readSeenTests,
  type SeenCaseRow,
  type SeenLot,
  type SeenTest,
} from '#store/seen-cases.ts'
import type { Reader } from '#store/sighted.ts'
import { describeLots } from './case-lots.ts'
import { heldPlaces } from './held-places.ts'
import { caseIdOf, causeOf, goodsAndPlaceOf } from './open-case.ts'
import { STANDS } from './told-test.ts'

/** A case as far as a caller sees it: what joins records of others (quantities, steps, who did it) is null. */
export type SeenCase = ReturnType<typeof shownCase>

/** One page of the cases of which a caller sees a lot or a test. */
export async function listCasesSeen(
  reader: Reader,
  filter: Omit<CaseFilter, 'product'>,
  page: Parameters<typeof listSeenCases>[2],
): Promise<SeenCase[]> {
  return await withTests(reader, await listSeenCases(reader, filter, page))
}

/** A case with what the caller sees of its lots, holds, events and findings; null where that is nothing. */
export async function readCaseSeen(reader: Reader, id: string) {
  const row = await readSeenCase(reader, id)
  if (row === null) return null
  const [found] = (await withTests(reader, [row])) as [SeenCase]
  const lots = await readSeenLots(reader, id)
  const holds: CaseHold[] = await readCaseHolds(reader, id)
  const events: CaseEventRow[] = await readSeenEvents(reader, id)
  const findings: CaseFinding[] = await readCaseFindings(reader, id)
  return {
    found,
    lots: await describedLots(reader, lots, found),
    ...{ holds, events, findings, places: await heldPlaces(reader, holds) },
    // Lots that he does not see may be held.
    unknown: null,
    afterVoid: null,
    // Who sees a part may say nothing of it.
    possible: [],
  }
}

/** Each lot as the records that the caller sees tell it. */
async function describedLots(reader: Reader, lots: readonly SeenLot[], goods: CaseGoods) {
  const reached = lots.map(({ code, role }) => ({ code, role, depth: 0, via: null }))
  const described = await describeLots(reader, reached, goods)
  return described.map(({ code, kind, role, place, stall, productName, mass, occurredAt }, i) => ({
    ...{
      code,
      kind,
      role,
      productName,
      mass,
      occurredAt,
      narrow: lots[i]?.narrow ?? false,
      held: lots[i]?.held ?? false,
    },
    site: siteText(place.site),
    stall: siteText(stall ?? undefined),
    region: place.region?.code ?? null,
    ...{ depth: null, viaCode: null, viaRecord: null, rule: null, confidence: null, holdRecord: null },
  }))
}

async function withTests(reader: Reader, rows: readonly SeenCaseRow[]): Promise<SeenCase[]> {
  const tests = await readSeenTests(
    reader,
    rows.map(({ id }) => id),
  )
  const bodies = await readTracedVersions(reader, tests)
  return rows.map((row) => {
    const own = tellingTest(
      row,
      tests.filter(({ caseId }) => caseId === row.id),
    )
    const body = own && bodies.get(own.recordId)?.body
    return shownCase(row, own && body ? { id: own.recordId, body } : null)
  })
}

/** The test that tells of the case: the one that opened it, unless that is taken back and another stands. */
function tellingTest(row: SeenCaseRow, tests: readonly SeenTest[]): SeenTest | undefined {
  const opener = tests.find(({ recordId, version }) => isOpenedBy(row, recordId, version))
  if (row.openedBy !== 'test' || (opener && STANDS.has(opener.verdict))) return opener
  return tests.find(({ verdict }) => STANDS.has(verdict)) ?? opener
}

/** Whether it was any version of the test so far that opened the case. */
const isOpenedBy = ({ id, hub }: SeenCaseRow, recordId: string, version: number): boolean =>
  caseIdOf(hub, recordId) === id ||
  Array.from({ length: version }, (_, i) => i + 1).some((one) => caseIdOf(hub, recordId, one) === id)

/** @param test the one that opened the case, where the caller sees it: what and where the goods are is told by it alone */
function shownCase(row: SeenCaseRow, test: { readonly id: string; readonly body: Body } | null) {
  const none = {
    productName: null,
    productCode: null,
    productClass: null,
    region: null,
    site: null,
    stall: null,
  }
  const words = row.openedBy === 'test' ? FAILED_TEST : ORDERED
  return {
    ...row,
    ...(test === null ? none : goodsAndPlaceOf(test.body)),
    testId: test?.id ?? null,
    code: null,
    cause: test === null ? `${words} ${COVERED}` : causeOf(test.body),
    ...{ heldMass: null, disposedMass: null, weighed: null, truncated: null },
  }
}
