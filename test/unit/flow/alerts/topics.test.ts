import { expect, test } from 'vitest'
import { speakOf, TOPICS, type Topic } from '#flow/alerts/topics.ts'
import type { AlertFacts } from '#store/alerts.ts'

const FACTS: Readonly<Record<Topic, AlertFacts>> = {
  link_stopped: { name: 'city', lane: 'recall', class: 'auth', seconds: 7300 },
  link_lags: { name: 'city', lane: 'live', changes: 12, seconds: 200_000 },
  link_holds: { name: 'city', waiting: 90, refused: 20 },
  system_silent: {
    titleZh: '嘉兴市场',
    titleEn: 'Jiaxing market',
    record: 'trade',
    lastAt: '2026-03-01T22:30:00.000Z',
    overdueAt: '2026-03-02T00:30:00.000Z',
  },
  channel_stopped: { class: 'auth', setting: '/secrets/password', seconds: 900 },
  replay_failed: { problem: 'mapping_broken' },
  message_failed: { count: 1 },
  jobs_failed: { count: 3 },
  mapping_broken: { mistakes: 2 },
  case_overdue: { state: 'held', due: 'decision', dueAt: '2026-03-01T00:00:00.000Z' },
  recall_unacknowledged: {
    hold: 'urn:cnft:hold:x:y:1',
    version: 1,
    order: 'recall',
    receivers: 3,
    level: 2,
    seconds: 7200,
  },
  recall_unreported: {
    hold: 'urn:cnft:hold:x:y:1',
    version: 1,
    order: 'stop_sale',
    receivers: 1,
    level: 1,
    seconds: 90_000,
  },
  hold_refused: {
    hold: 'urn:cnft:hold:x:y:1',
    version: 1,
    link: 'l',
    name: 'city',
    code: 'version_conflict',
  },
  sides_differ: {
    name: 'city',
    reconciliation: 'r',
    from: '2026-03-01',
    missing: 1,
    outdated: 2,
    different: 3,
    surplus: 4,
  },
  evidence_stopped: { sealedSeconds: 900, anchoredSeconds: 7300 },
  inspection_overdue: { place: '330105012', dueAt: '2024-04-20T15:59:59.000Z' },
  report_ready: { day: '2024-04-15', edition: 'final', reports: 104 },
}

test.each(TOPICS)('%s is told in whole sentences of both languages', (topic) => {
  const { title, advice } = speakOf(topic, 'its-subject', FACTS[topic])
  for (const text of [title.en, title.zh, advice.en, advice.zh])
    expect(text).not.toMatch(/undefined|null|NaN|\[object/)
  expect(title.zh + advice.zh).toMatch(/[一-龥]/)
  expect(title.en + advice.en).not.toMatch(/[一-龥]/)
})

test('times of a silence are those of China, and a source that never sent is not said to have stopped', () => {
  const { title } = speakOf('system_silent', 's', FACTS.system_silent)
  expect(title.en).toBe(
    'Jiaxing market (trade) is silent: nothing came since 2026-03-02 06:30, the next was due at 2026-03-02 08:30',
  )
  const never = speakOf('system_silent', 's', { ...FACTS.system_silent, lastAt: null })
  expect(never.title.zh).toBe('嘉兴市场 (trade)无数据：从未收到，应于 2026-03-02 08:30 前收到')
})

test('a link whose recalls wait is named so', () => {
  expect(speakOf('link_stopped', 'l', FACTS.link_stopped).title.en).toMatch(
    /^Link "city" \(recalls\) stands still/,
  )
})
