import type { ClientBase } from 'pg'
import { goodsOf, writtenName } from '#core/cases/goods.ts'
import { dueOf, objectionUntilMs } from '#core/cases/machine.ts'
import { isLaboratoryTest, openingState, saysOf } from '#core/cases/open.ts'
import { placeOf, siteText } from '#core/cases/place.ts'
import type { CaseState } from '#core/cases/states.ts'
import type { MatchPoint } from '#core/lineage/matching.ts'
import type { Body } from '#core/model/body.ts'
import { FAILED_TEST } from '#core/model/masked-texts.ts'
import { isPlain } from '#core/model/personal-values.ts'
import { placeOf as marketOf } from '#core/supervision/market.ts'
import { goodsOfTests } from '#flow/matching/goods-of-tests.ts'
import { type MarketsReader, marketsMeant, withRegionMeant } from '#flow/matching/markets-meant.ts'
import { insertCaseEvent } from '#store/case-events.ts'
import { type CaseLotRow, putCaseTest, replaceCaseLots } from '#store/case-lots.ts'
import { insertCase, type NewCase, readCase } from '#store/cases.ts'
import { digestUuid } from '#store/digest-uuid.ts'

/** A version of a test record. */
export interface ToldTest {
  readonly recordId: string
  readonly version: number
  /** ISO text. */
  readonly receivedAt: string
  readonly body: Body
}

/** What is known of the goods of a test. */
export interface TestedGoods {
  readonly codes: readonly string[]
  /** As of `GoodsOfTest`. */
  readonly tickets: readonly string[]
  readonly points: readonly MatchPoint[]
  readonly whos: readonly string[]
  readonly whats: readonly string[]
}

/** The goods of a test: the lots or papers that it names, else what was at its stall on its day. */
export async function testedGoods(
  client: ClientBase,
  test: ToldTest,
  markets?: MarketsReader,
): Promise<TestedGoods> {
  return (await testedGoodsOf(client, [test], markets))[0] as TestedGoods
}

/** The goods of each of the tests, in their order. */
export async function testedGoodsOf(
  client: ClientBase,
  tests: readonly Pick<ToldTest, 'recordId' | 'body'>[],
  markets = marketsMeant,
): Promise<TestedGoods[]> {
  const goods = await goodsOfTests(client, tests, { at: null, markets })
  return goods.map(({ codes, tickets, points }) => ({
    codes,
    tickets,
    points,
    whos: [...new Set(points.map(({ who }) => who))],
    // Tests of two days at one stall are not of the same goods for that alone.
    whats: [...new Set(points.flatMap(({ side, what }) => (side === 'tested' ? what : [])))],
  }))
}

/** What the source wrote, where that is a figure: nobody knows what else may stand there, and the cause is shown to many. */
const plainText = (raw: string | undefined): string | undefined =>
  raw !== undefined && isPlain(raw) ? raw : undefined

/** What the case is about, in words: item and result. */
export const causeOf = ({ test }: Body): string =>
  `${FAILED_TEST} ${[test?.item, plainText(test?.raw) ?? test?.value, test?.method].filter(Boolean).join(' ')}`.slice(
    0,
    300,
  )

/**
 * The identifier of the case that a test opens. @param version of the test, where it opened one before: that was closed since, or is of other goods
 * @param again where this version opened one before, which time it is
 */
export const caseIdOf = (hub: string, recordId: string, version?: number, again = 0): string =>
  digestUuid(
    `case\n${hub}\n${recordId}${version === undefined ? '' : `\n${version}`}${again === 0 ? '' : `\n${again}`}`,
  )

/** Opens a case of a test that failed. Gives its identifier. */
export async function openByTest(
  client: ClientBase,
  hub: string,
  test: ToldTest,
  goods: TestedGoods,
  nowMs: number,
): Promise<string> {
  const { recordId, version, receivedAt, body } = test
  let id = caseIdOf(hub, recordId)
  for (let again = 0; await readCase(client, id); again++) id = caseIdOf(hub, recordId, version, again)
  const says = saysOf(body)
  const state = (says && openingState(says)) ?? 'held'
  const openedAt = new Date(nowMs).toISOString()
  const placed = await withRegionMeant(client, body)
  await insertCase(client, {
    ...baseOf(body, state, { id, hub, openedAt, toldAt: receivedAt }, placed),
    openedBy: 'test',
    testId: recordId,
    code: null,
    reason: null,
    cause: causeOf(body),
    whos: goods.whos,
    whats: goods.whats,
  })
  await putCaseTest(client, {
    ...{ recordId, version, caseId: id, isLab: isLaboratoryTest(body) },
    verdict: body.test?.verdict ?? 'unknown',
  })
  await insertCaseEvent(client, id, {
    ...{ event: 'opened', fromState: null, toState: state, at: receivedAt, actor: 'hub' },
    ...{ mass: null, heldMass: null, method: body.test?.method ?? null, note: null, recordId, version },
  })
  await replaceCaseLots(client, id, goods.codes.map(testedRow))
  return id
}

/** Where and what the goods are, and what is due, of a new case. @param placed the record with the region that it means */
export function baseOf(
  body: Body,
  state: CaseState,
  at: { readonly id: string; readonly hub: string; readonly openedAt: string; readonly toldAt: string },
  placed = body,
): Omit<NewCase, 'openedBy' | 'testId' | 'code' | 'reason' | 'cause' | 'whos' | 'whats'> {
  const openedMs = Date.parse(at.openedAt)
  // Only a laboratory's test opens a case that is confirmed.
  const labToldAt = state === 'confirmed' ? at.toldAt : null
  const labToldAtMs = labToldAt === null ? null : Date.parse(labToldAt)
  const due = dueOf({ state, toldAtMs: Date.parse(at.toldAt), labToldAtMs }, openedMs)
  return {
    ...at,
    state,
    narrow: state === 'suspect',
    ...whereOf(body, placed),
    confirmedAt: labToldAt,
    labToldAt,
    objectionUntil: new Date(
      objectionUntilMs(
        { state, toldAtMs: Date.parse(at.toldAt), confirmedAtMs: labToldAtMs, labToldAtMs },
        null,
      ),
    ).toISOString(),
    due: due?.due ?? null,
    dueAt: due ? new Date(due.atMs).toISOString() : null,
  }
}

/** What, where and when the goods of a case were, as the record that opened it tells. @param placed the same with the region that it means */
export function whereOf(body: Body, placed = body) {
  return {
    ...goodsAndPlaceOf(placed),
    market: marketOf(body).said || null,
    occurredAt: body.occurredAt?.at ?? null,
  }
}

/** What the goods of a record are, and where. */
export function goodsAndPlaceOf(body: Body) {
  const { site, stall, region } = placeOf(body)
  const { productCode, productClass } = goodsOf(body)
  return {
    productName: writtenName(body),
    productCode,
    productClass,
    region: region?.code ?? null,
    site: siteText(site),
    stall: siteText(stall),
  }
}

/** A lot of a new case, before its records were read. */
export const testedRow = (code: string): CaseLotRow => ({
  code,
  kind: code.startsWith('doc:') ? 'document' : 'lot',
  role: 'tested',
  depth: 0,
  narrow: false,
  place: '-',
  ...{ viaCode: null, viaRecord: null, rule: null, confidence: null, scheme: null, site: null, market: null },
  ...{
    stall: null,
    region: null,
    productName: null,
    productClass: null,
    mass: null,
    occurredAt: null,
    holdRecord: null,
  },
})
