/** A span of time that a step of a case has, and whose rule it is. */
export interface Span {
  readonly ms: number
  readonly source: string
}

const HOUR = 3_600_000

/**
 * How long each step of a case may take. The four hours are law; the sixty seconds are the hub's promise; the others are what a department
 * works by where no rule of its own says otherwise, and are here so that nothing is forgotten.
 */
export const SPANS = {
  /** The tested party may object after the result of a rapid test was told; the re-test may not be a rapid one. */
  objection: {
    ms: 4 * HOUR,
    source:
      '食用农产品市场销售质量安全监督管理办法 (20号令 2016, art. 40; its text was not at hand and is told by others); 81号令 2023 took its place',
  },
  /** A hold is at every link that is to have it. */
  spread: { ms: 60_000, source: 'promise of the hub' },
  /** A sample is on its way to the laboratory: of a suspect, and after an objection. */
  retest: { ms: 24 * HOUR, source: 'practice of the hub' },
  /** Somebody says what becomes of goods whose time for objection ran out. */
  decision: { ms: 24 * HOUR, source: 'practice of the hub' },
  /** The laboratory answers. */
  laboratory: { ms: 7 * 24 * HOUR, source: 'practice of the hub' },
  /** What was confirmed is destroyed, returned or rendered harmless. */
  disposal: { ms: 48 * HOUR, source: 'practice of the hub' },
  /** Suppliers, origin and buyers are told. */
  notice: { ms: 24 * HOUR, source: 'practice of the hub' },
  /** The case is closed. */
  closing: { ms: 7 * 24 * HOUR, source: 'practice of the hub' },
} as const satisfies Record<string, Span>

/**
 * The tested party may object to the result of a laboratory until the end of the seventh working day after the one on which it was told; the goods stay recalled meanwhile.
 * Who ordered the test is in no record: of tests of market supervision others tell of seven working days, of those of the departments of agriculture of five days or five
 * working days. The longest holds for all, because one too short would take a right away and one too long leaves the goods where they are.
 */
export const LAB_OBJECTION = {
  workingDays: 7,
  source:
    '食品安全抽样检验管理办法 (2019, art. 30: 七个工作日) and 农产品质量安全法 (2006, art. 36: 五日内; 2022: 五个工作日内), as others tell of them; no text was at hand',
} as const

/** What is to be done next in a case. */
export type Due = 'retest' | 'decision' | 'laboratory' | 'disposal' | 'notice' | 'closing'
