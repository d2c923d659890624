export { DocumentAnswer, LotCard, TraceGraph } from '#flow/trace/schema.ts'
