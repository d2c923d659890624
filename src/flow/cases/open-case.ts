import type { ClientBase } from 'pg'
import { goodsOf } from '#core/cases/goods.ts'
import { dueOf } from '#core/cases/machine.ts'
import { isLaboratoryTest, openingState, saysOf } from '#core/cases/open.ts'
import { placeOf, siteText } from '#core/cases/place.ts'
import type { CaseState } from '#core/cases/states.ts'
import { documentCode, isCode, lotCode } from '#core/lineage/codes.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import type { Body } from '#core/model/body.ts'
import { type CaseLotRow, putCaseTest, replaceCaseLots } from '#store/case-lots.ts'
import { insertCase, insertCaseEvent, type NewCase } from '#store/cases.ts'
import { digestUuid } from '#store/digest-uuid.ts'
import { readTestedCodes } from '#store/lots.ts'

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
  readonly whos: readonly string[]
  readonly whats: readonly string[]
}

/** The goods of a test: the lots or papers that it names, else what was at its stall on its day. */
export async function testedGoods(client: ClientBase, { recordId, body }: ToldTest): Promise<TestedGoods> {
  const { points } = matchFacts('test', recordId, body)
  const whos = [...new Set(points.map(({ who }) => who))]
  const whats = [...new Set(points.map(({ what }) => what))]
  const named = namedGoods(body)
  return { codes: named.length > 0 ? named : await readTestedCodes(client, points), whos, whats }
}

function namedGoods({ lots = [], documents = [], input }: Body): string[] {
  const of = (role: string) => lots.filter((lot) => lot.role === role)
  const named = [...of('subject'), ...of('input'), ...(input?.lots ?? [])].map(({ scheme, value }) =>
    lotCode(scheme, value),
  )
  const papers = [...(input?.documents ?? []), ...documents.filter(({ role }) => role === 'upstream')]
  const codes = named.length > 0 ? named : papers.map(({ number }) => documentCode(number))
  return [...new Set(codes)].filter(isCode)
}

/** What the case is about, in words: item and result. */
const causeOf = ({ test }: Body): string =>
  `检测不合格 · failed test: ${[test?.item, test?.raw ?? test?.value, test?.method].filter(Boolean).join(' ')}`.slice(
    0,
    300,
  )

/** Opens the case of a test that failed; nothing where it has one. Gives its identifier. */
export async function openByTest(
  client: ClientBase,
  hub: string,
  test: ToldTest,
  goods: TestedGoods,
  nowMs: number,
): Promise<string> {
  const { recordId, version, receivedAt, body } = test
  const id = digestUuid(`case\n${hub}\n${recordId}`)
  const says = saysOf(body)
  const state = (says && openingState(says)) ?? 'held'
  const openedAt = new Date(nowMs).toISOString()
  const made = await insertCase(client, {
    ...baseOf(body, state, { id, hub, openedAt, toldAt: receivedAt }),
    openedBy: 'test',
    testId: recordId,
    code: null,
    reason: null,
    cause: causeOf(body),
    whos: goods.whos,
    whats: goods.whats,
  })
  if (!made) return id
  await putCaseTest(client, {
    ...{ recordId, version, caseId: id, isLab: isLaboratoryTest(body) },
    verdict: body.test?.verdict ?? 'unknown',
  })
  await insertCaseEvent(client, id, {
    ...{ event: 'opened', fromState: null, toState: state, at: receivedAt, actor: 'hub' },
    ...{ mass: null, method: body.test?.method ?? null, note: null, recordId, version },
  })
  await replaceCaseLots(client, id, goods.codes.map(testedRow))
  return id
}

/** Where and what the goods are, and what is due, of a new case. */
export function baseOf(
  body: Body,
  state: CaseState,
  at: { readonly id: string; readonly hub: string; readonly openedAt: string; readonly toldAt: string },
): Omit<NewCase, 'openedBy' | 'testId' | 'code' | 'reason' | 'cause' | 'whos' | 'whats'> {
  const { site, stall, region } = placeOf(body)
  const { productName, productCode, productClass } = goodsOf(body)
  const openedMs = Date.parse(at.openedAt)
  // Only a laboratory's test opens a case that is confirmed.
  const labToldAt = state === 'confirmed' ? at.toldAt : null
  const labToldAtMs = labToldAt === null ? null : Date.parse(labToldAt)
  const due = dueOf({ state, toldAtMs: Date.parse(at.toldAt), labToldAtMs }, openedMs)
  return {
    ...at,
    state,
    narrow: state === 'suspect',
    productName: productName ?? body.product?.name ?? null,
    productCode,
    productClass,
    region: region?.code ?? null,
    site: siteText(site),
    market: site?.role === 'market' ? siteText(site) : null,
    stall: siteText(stall),
    occurredAt: body.occurredAt?.at ?? null,
    confirmedAt: labToldAt,
    labToldAt,
    due: due?.due ?? null,
    dueAt: due ? new Date(due.atMs).toISOString() : null,
  }
}

/** A lot of a new case, before its records were read. */
export const testedRow = (code: string): CaseLotRow => ({
  code,
  kind: code.startsWith('doc:') ? 'document' : 'lot',
  role: 'tested',
  depth: 0,
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
