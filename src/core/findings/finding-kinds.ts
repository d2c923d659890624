import type { Bilingual } from '#core/model/field.ts'

export const FINDING_SEVERITIES = ['info', 'warning', 'serious', 'critical'] as const
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number]

/** `resolved`: it is no longer so, or somebody has mended it; `dismissed`: somebody has decided that it is none. */
export const FINDING_STATES = ['open', 'acknowledged', 'resolved', 'dismissed'] as const
export type FindingState = (typeof FINDING_STATES)[number]

/** States in which somebody has still to do something. */
export const isPending = (state: string): boolean => state === 'open' || state === 'acknowledged'

/** Who has to act, in the region of the finding. */
export const FINDING_ROLES = ['market_supervision', 'agriculture', 'market_operator', 'hub_operator'] as const
export type FindingRole = (typeof FINDING_ROLES)[number]

interface Rule {
  readonly title: Bilingual
  readonly severity: FindingSeverity
  readonly role: FindingRole
  /** Hours after it was found within which something has to be done. */
  readonly hours: number
  /** Each record that it rests on is wrong by itself: what an official closed is opened again by others alone, whatever the figures. */
  readonly isEach?: true
}

/**
 * What can be found, how grave it is, who has to act, and by when. Four hours after a failed rapid test are the time in which the person
 * tested may object (办法 of 2016, art. 40, and of 2023); papers are shown when goods enter, so they are asked for on the next day. Who acts:
 * markets and their goods are of market supervision, quarantine and certificates of farms of agriculture. All other figures and grades are
 * decided by us.
 */
export const FINDING_RULES = {
  no_paper: {
    title: ['Goods without a paper that they need', '缺少应有凭证'],
    severity: 'serious',
    role: 'market_supervision',
    hours: 24,
    isEach: true,
  },
  paper_expired: {
    title: ['Paper used after its last valid day', '凭证过期使用'],
    severity: 'serious',
    role: 'market_supervision',
    hours: 24,
  },
  paper_before_issue: {
    title: ['Paper used before the day of its issue', '凭证开具前使用'],
    severity: 'serious',
    role: 'market_supervision',
    hours: 24,
  },
  paper_void: {
    title: ['Goods under a paper that was made void', '使用已作废凭证'],
    severity: 'serious',
    role: 'market_supervision',
    hours: 24,
  },
  paper_territory: {
    title: ['Paper used outside its province', '凭证跨省使用'],
    severity: 'serious',
    role: 'agriculture',
    hours: 24,
  },
  paper_overused: {
    title: ['More goods under a paper than it states', '凭证超量使用'],
    severity: 'serious',
    role: 'market_supervision',
    hours: 24,
  },
  paper_used_twice: {
    title: ['Paper of one transport used at several places', '一证多用'],
    severity: 'serious',
    role: 'market_supervision',
    hours: 24,
  },
  paper_other_goods: {
    title: ['Paper of other goods', '凭证与货物不符'],
    severity: 'warning',
    role: 'market_supervision',
    hours: 48,
  },
  test_failed: {
    title: ['Test failed', '检测不合格'],
    severity: 'critical',
    role: 'market_supervision',
    hours: 4,
  },
  balance_off: {
    title: ['Quantities do not add up', '数量不平衡'],
    severity: 'warning',
    role: 'market_supervision',
    hours: 48,
  },
  source_silent: {
    title: ['Source sends nothing', '来源中断上报'],
    severity: 'warning',
    role: 'hub_operator',
    hours: 24,
  },
  unit_suspect: {
    title: ['Masses, units or prices that cannot be right', '单位或数值可疑'],
    severity: 'info',
    role: 'market_operator',
    hours: 72,
  },
} as const satisfies Readonly<Record<string, Rule>>

/** Whether each record that a finding of the kind rests on is wrong by itself. */
export const isOfEach = (kind: FindingKind): boolean => 'isEach' in FINDING_RULES[kind]

export type FindingKind = keyof typeof FINDING_RULES
export const FINDING_KINDS = Object.keys(FINDING_RULES) as readonly FindingKind[]
export const isFindingKind = (text: string): text is FindingKind => Object.hasOwn(FINDING_RULES, text)
