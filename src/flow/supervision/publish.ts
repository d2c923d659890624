import { hash } from 'node:crypto'
import type { Pool } from 'pg'
import { canonicalJson } from '#core/model/canonical-json.ts'
import { regionName } from '#core/regions/path.ts'
import type { ScopeFigure } from '#core/supervision/advance.ts'
import { EVERYWHERE } from '#core/supervision/scopes.ts'
import { dayFigures } from '#core/supervision/summary.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { inTransaction } from '#store/database.ts'
import { readFigures, readStanding } from '#store/supervision.ts'
import {
  type Edition,
  insertReports,
  type NewReport,
  type ReportHead,
  readNewestReport,
  readReportScopes,
  tellOnce,
} from '#store/supervision-reports.ts'
import { readAround } from './read-around.ts'
import { asOfStanding, type Scope, scopeOf, type Where } from './read-summary.ts'

/** Topic under which targets are told that reports are ready; only those that name it. */
export const REPORT_TOPIC = 'report_ready'
const SCOPES_AT_ONCE = 50

/**
 * Publishes the reports of a day of every region that has figures, and of everything, which is the last: where it is there, the day is done.
 * Reports whose figures are those of their newest version stay as they are. Gives how many are new.
 */
export async function publishDay(
  pool: Pool,
  { day, edition, nowMs }: { readonly day: string; readonly edition: Edition; readonly nowMs: number },
): Promise<number> {
  const scopes = await readReportScopes(pool, day)
  let made = 0
  for (let from = 0; from < scopes.length; from += SCOPES_AT_ONCE) {
    const some = scopes.slice(from, from + SCOPES_AT_ONCE).map((key) => namedScope(key, day))
    const reports = await reportsOf(pool, some, { day, edition, nowMs })
    const isLast = from + SCOPES_AT_ONCE >= scopes.length
    made += await inTransaction(pool, async (client) => {
      const stored = await insertReports(client, reports)
      const total = made + stored.length
      if (isLast && total > 0)
        await tellOnce(
          client,
          {
            id: messageId(nowMs),
            topic: REPORT_TOPIC,
            subject: `${day}/${edition}`,
            facts: { day, edition, reports: total },
          },
          nowMs,
        )
      return stored.length
    })
  }
  return made
}

/** Publishes the report of one market or region because somebody asked; where nothing changed, the newest version as it is. */
export async function publishOne(
  pool: Pool,
  where: Where,
  { day, nowMs }: { readonly day: string; readonly nowMs: number },
): Promise<{ readonly report: ReportHead; readonly isNew: boolean }> {
  const scope = await scopeOf(pool, where, day)
  const edition = 'asked'
  const [made] = await insertReports(pool, await reportsOf(pool, [scope], { day, edition, nowMs }))
  const report = made ?? (await readNewestReport(pool, { scope: scope.key, day, edition }))
  return { report: report as ReportHead, isNew: made !== undefined }
}

async function reportsOf(
  pool: Pool,
  scopes: readonly Scope[],
  { day, edition, nowMs }: { readonly day: string; readonly edition: Edition; readonly nowMs: number },
): Promise<NewReport[]> {
  // Before the figures: what they hold is at least as new.
  const asOf = asOfStanding(await readStanding(pool))
  const figures = await readFigures(pool, { scopes: scopes.map(({ key }) => key), from: day, to: day })
  const byScope = Map.groupBy(figures, ({ scope }) => scope)
  const reports: NewReport[] = []
  for (const { key, ...scope } of scopes) {
    const own = dayFigures(sorted(byScope.get(key) ?? []))
    const around = await readAround(pool, scope, day)
    reports.push({
      scope: key,
      day,
      edition,
      id: messageId(nowMs),
      position: asOf.position,
      digest: hash('sha256', canonicalJson(own as never), 'hex'),
      body: JSON.stringify({ day, scope, asOf, ...own, ...around }),
    })
  }
  return reports
}

/** Lists of equal weight must not change places between two makings. */
const sorted = (figures: readonly ScopeFigure[]): ScopeFigure[] => {
  const keyOf = (one: ScopeFigure): string =>
    JSON.stringify([one.measure, one.class, one.product, one.detail])
  return figures
    .map((figure) => ({ figure, key: keyOf(figure) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ figure }) => figure)
}

function namedScope(key: string, day: string): Scope {
  if (key === EVERYWHERE) return { key, region: null, site: null, name: null }
  const region = key.slice(2)
  return { key, region, site: null, name: regionName(region, Number(day.slice(0, 4))) ?? null }
}
