import { listOf } from '#api/page.ts'

export { RecallNotice } from '#flow/recall/notice-schema.ts'
export { RecallBalance, RecallLot, RecallSite, Rehearsal, UnsureReach } from '#flow/recall/schema.ts'

export const RecallNoticePage = listOf('notices', 'RecallNotice')
