export { DocumentAnswer, LotCard, RequiredDocuments, TraceGraph } from '#flow/trace/schema.ts'
