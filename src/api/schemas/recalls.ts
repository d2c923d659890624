export { RecallBalance, RecallLot, RecallSite, Rehearsal, UnsureReach } from '#flow/recall/schema.ts'
