/** A span of time that a step of a case has, and whose rule it is. */
export interface Span {
  readonly ms: number
  readonly source: string
}

const HOUR = 3_600_000

/**
 * How long each step of a case may take. The four hours and the five days are law; the sixty seconds are the hub's promise; the others are what a department
 * works by where no rule of its own says otherwise, and are here so that nothing is forgotten.
 */
export const SPANS = {
  /** The tested party may object after the result of a rapid test was told; the re-test may not be a rapid one. */
  objection: {
    ms: 4 * HOUR,
    source:
      '食用农产品市场销售质量安全监督管理办法 (20号令 2016, art. 40; its text was not at hand and is told by others); 81号令 2023 took its place',
  },
  /**
   * The tested party may object to the result of a laboratory until the end of the fifth day after the one on which it was told; the goods stay recalled
   * meanwhile. That is the span of tests that the departments of agriculture order. Of those of market supervision (食品安全抽样检验管理办法, art. 30) others tell
   * of seven working days, which is longer and is not counted here: there is no calendar of holidays.
   */
  labObjection: {
    ms: 5 * 24 * HOUR,
    source:
      '农产品质量安全法 (2006, art. 36: 五日内), as others tell of it; neither its text nor that of 2022, which may say working days, was at hand',
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

/** What is to be done next in a case. */
export type Due = 'retest' | 'decision' | 'laboratory' | 'disposal' | 'notice' | 'closing'
