import { listOf } from '#api/page.ts'

export { RecallNotice } from '#flow/recall/notice-schema.ts'
export { Rehearsal } from '#flow/recall/schema.ts'

export const RecallNoticePage = listOf('notices', 'RecallNotice')
