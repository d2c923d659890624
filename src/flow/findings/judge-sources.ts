import type { Pool } from 'pg'
import { type FindingDraft, figure } from '#core/findings/draft.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import { chinaTime } from '#core/model/china-time.ts'
import { findSilent, type Silence } from '#flow/silence/find-silent.ts'
import { readPendingSubjects } from '#store/findings.ts'
import { readSystem } from '#store/systems.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * Sources that are silent, and those that no longer are. Nothing where arrivals are not noted up to now, so that nothing can be said.
 */
export async function judgeSources(pool: Pool, nowMs: number): Promise<FindingDraft[]> {
  const silent = await findSilent(pool, nowMs)
  if (silent === null) return []
  const found = await Promise.all(silent.map((one) => draftOf(pool, one, nowMs)))
  const subjects = new Set(found.map(({ subject }) => subject))
  const over = (await readPendingSubjects(pool, 'source_silent')).filter((subject) => !subjects.has(subject))
  return [
    ...found,
    ...over.map((subject) => ({
      kind: 'source_silent' as const,
      subject,
      holds: false,
      about: {},
      numbers: [],
      sentence: sentenceOf('source_silent', { source: subject, last: '-', due: '-' }),
      evidence: [],
    })),
  ]
}

async function draftOf(pool: Pool, silence: Silence, nowMs: number): Promise<FindingDraft> {
  const { system, title, record, lastMs, overdueMs } = silence
  const region = (await readSystem(pool, system))?.region
  const days = Math.floor((nowMs - overdueMs) / DAY_MS)
  const source = { en: named(title.en, record), zh: named(title.zh, record) }
  return {
    kind: 'source_silent',
    subject: `source:${record === null ? system : `${system}/${record}`}`,
    holds: true,
    ...(days >= 1 ? { severity: 'serious' as const } : {}),
    about: {
      occurredAt: chinaTime(overdueMs),
      ...(region ? { region: { code: region.padEnd(6, '0'), year: new Date(nowMs).getUTCFullYear() } } : {}),
    },
    // In whole days: a new version each day, and not each hour.
    numbers: figure('overdue', days, 'days'),
    sentence: sentenceOf('source_silent', {
      source,
      last: lastMs === null ? '-' : minute(lastMs),
      due: minute(overdueMs),
    }),
    evidence: [],
  }
}

const named = (title: string, record: string | null): string =>
  record === null ? title : `${title} (${record})`
const minute = (ms: number): string => chinaTime(ms).at.slice(0, 16).replace('T', ' ')
