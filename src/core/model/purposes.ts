/** Why somebody may be given what is of a person in full: one of these words, and more in free text behind a semicolon. */
export const PURPOSES = {
  supervision: { en: 'supervision and inspection', zh: '监督检查' },
  recall: { en: 'recall and disposal of goods', zh: '召回处置' },
  complaint: { en: 'a complaint or report', zh: '投诉举报' },
  request: { en: 'a request of the person', zh: '本人请求' },
  proof: { en: 'evidence for a court or an authority', zh: '司法与行政取证' },
  operation: { en: 'running and mending the hub', zh: '系统运维' },
} as const
export type Purpose = keyof typeof PURPOSES

/** Whether a text is a purpose: `recall`, or `recall; case 17`. */
export const isPurpose = (text: string): boolean =>
  Object.hasOwn(PURPOSES, (text.split(';', 1)[0] ?? '').trim())
