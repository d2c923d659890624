/**
 * What makes a change one that an authority wants to see although it leaves the rest out. The model has no grade of risk: it has facts,
 * and these are the ones that say that goods or papers are in doubt.
 */
export const RISKS = {
  recall: ['A stop of sale, a recall, or its release', '停售、召回或解除'],
  failed_test: ['A test with the verdict fail', '检测不合格'],
  refused_entry: ['Goods that were not let in', '拒绝进场'],
  failed_inspection: ['An inspection that failed or asked for rectification', '检查不合格或责令整改'],
  grave_finding: ['A finding that is serious or critical', '严重或重大的发现'],
  doubtful: ['A record with any quality flag', '带有质量标记的记录'],
} as const satisfies Record<string, readonly [en: string, zh: string]>

export type Risk = keyof typeof RISKS
export const RISK_NAMES = Object.keys(RISKS) as readonly Risk[]
