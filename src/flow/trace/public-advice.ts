import { isLaboratoryTest } from '#core/cases/open.ts'
import type { Body } from '#core/model/body.ts'
import type { PublicState } from './public-trace.ts'

/** What a visitor should do, in plain words. 12315 is the line of the market supervision authorities. */
const ADVICE: Readonly<Record<PublicState, { readonly zh: string; readonly en: string }>> = {
  recalled: {
    zh: '请不要购买，也不要食用。已经买到的，请凭小票退回摊位；摊位不退或仍在销售的，请拨打 12315。',
    en: 'Do not buy or eat it. If you have bought it, take it back to the stall with your ticket; call 12315 if the stall refuses or still sells it.',
  },
  held: {
    zh: '请暂不购买。已经买到的请先不要食用，保留小票，等待处理结果；发现仍在销售的，请拨打 12315。',
    en: 'Do not buy it for now. If you have bought it, do not eat it yet, keep your ticket and wait for the outcome; call 12315 if it is still on sale.',
  },
  test_failed: {
    zh: '请暂不购买和食用。快速检测可能误报，须以复检结果为准；已经买到的请保留小票，如有疑问请拨打 12315。',
    en: 'Do not buy or eat it for now. A quick test can be wrong, a second test decides; keep your ticket, and call 12315 with any question.',
  },
  void: {
    zh: '请先向摊主索要有效凭证，拿不出的请不要购买；如有疑问请拨打 12315。',
    en: 'Ask the stall for a valid certificate, and do not buy without one; call 12315 with any question.',
  },
  disposed: {
    zh: '这批货已被销毁、退货或处理，不应再出售；如仍在销售，请不要购买并拨打 12315。',
    en: 'These goods were destroyed, returned or treated and must not be sold; if they are, do not buy them and call 12315.',
  },
  clear: {
    zh: '购买时请核对品名、市场是否与本页一致，并保留小票；不一致的请拨打 12315。',
    en: 'Check that product and market are those of this page and keep your ticket; call 12315 if they are not.',
  },
}

const FAILED_IN_LABORATORY: (typeof ADVICE)[PublicState] = {
  zh: '实验室检测不合格，请不要购买，也不要食用。已经买到的请保留小票；仍在销售或如有疑问的，请拨打 12315。',
  en: 'Do not buy or eat it: it failed in a laboratory. Keep your ticket, and call 12315 if it is still on sale or with any question.',
}

/** @param failed tests that failed, of which the visitor is warned */
export const adviceFor = (
  state: PublicState,
  failed: readonly Pick<Body, 'test'>[],
): (typeof ADVICE)[PublicState] =>
  state === 'test_failed' && failed.some(isLaboratoryTest) ? FAILED_IN_LABORATORY : ADVICE[state]
