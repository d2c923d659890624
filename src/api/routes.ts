import type { FastifyPluginAsync } from 'fastify'
import { askPublic } from '#flow/trace/public.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'
import { headPosition } from '#store/changes.ts'
import { isTouched } from '#store/touched.ts'
import { boardRoutes } from './board/plugin.ts'
import { readControlBodies } from './control-body.ts'
import { ANSWERS_EVERY_MS, evenAnswers } from './even-answers.ts'
import { limitCallers } from './limit-callers.ts'
import { logCalls } from './logged-calls.ts'
import { addComponents } from './openapi.ts'
import { operatorPages } from './operators/plugin.ts'
import type { RouteParts } from './parts.ts'
import { publicPages } from './public/plugin.ts'
import { alertRoutes } from './routes/alerts.ts'
import { auditRoutes } from './routes/audit.ts'
import { auditAnchorRoutes } from './routes/audit-anchors.ts'
import { balanceRoutes } from './routes/balance.ts'
import { cardRoutes } from './routes/cards.ts'
import { caseRoutes } from './routes/cases.ts'
import { changeRoutes } from './routes/changes.ts'
import { channelRoutes } from './routes/channels.ts'
import { claimRoutes } from './routes/claims.ts'
import { docsRoutes } from './routes/docs.ts'
import { documentRoutes } from './routes/documents.ts'
import { driftRoutes } from './routes/drift.ts'
import { egressRoutes } from './routes/egress.ts'
import { erasureRuleRoutes } from './routes/erasure-rules.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { findingRoutes } from './routes/findings.ts'
import { healthRoutes } from './routes/health.ts'
import { inspectionRoutes } from './routes/inspections.ts'
import { keyRoutes } from './routes/keys.ts'
import { linkBackfillRoutes } from './routes/link-backfills.ts'
import { linkDeliveryRoutes } from './routes/link-deliveries.ts'
import { linkHeldRoutes } from './routes/link-held.ts'
import { linkSecretRoutes } from './routes/link-secrets.ts'
import { linkRoutes } from './routes/links.ts'
import { mappingVersionRoutes } from './routes/mapping-versions.ts'
import { mappingRoutes } from './routes/mappings.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { oauthRoutes } from './routes/oauth.ts'
import { oauthClientRoutes } from './routes/oauth-clients.ts'
import { operatorRoutes } from './routes/operators.ts'
import { partnerRoutes } from './routes/partners.ts'
import { peerChangeRoutes } from './routes/peer-changes.ts'
import { peerCountRoutes } from './routes/peer-counts.ts'
import { peerRoutes } from './routes/peers.ts'
import { personalRoutes } from './routes/personal.ts'
import { productRoutes } from './routes/products.ts'
import { pushRoutes } from './routes/push.ts'
import { pushWsdlRoutes } from './routes/push-wsdl.ts'
import { qualityRoutes } from './routes/quality.ts'
import { recallNoticeRoutes } from './routes/recall-notices.ts'
import { recallRoutes } from './routes/recalls.ts'
import { receiptRoutes } from './routes/receipts.ts'
import { reconciliationRoutes } from './routes/reconciliations.ts'
import { recordRoutes } from './routes/records.ts'
import { recordsPushRoutes } from './routes/records-push.ts'
import { rejectionRoutes } from './routes/rejections.ts'
import { replayRoutes } from './routes/replays.ts'
import { retentionRoutes } from './routes/retention.ts'
import { rhythmRoutes } from './routes/rhythm.ts'
import { signingKeyRoutes } from './routes/signing-keys.ts'
import { supervisionRoutes } from './routes/supervision.ts'
import { supervisionReportRoutes } from './routes/supervision-reports.ts'
import { systemRoutes } from './routes/systems.ts'
import { traceRoutes } from './routes/trace.ts'
import { trustRoutes } from './routes/trust.ts'
import { waitingRoutes } from './routes/waiting.ts'
import { wantedRoutes } from './routes/wanted.ts'
import { guard } from './scopes.ts'

const GUARDED = [
  metricsRoutes,
  pushRoutes,
  pushWsdlRoutes,
  recordsPushRoutes,
  receiptRoutes,
  recordRoutes,
  changeRoutes,
  traceRoutes,
  documentRoutes,
  recallRoutes,
  caseRoutes,
  recallNoticeRoutes,
  rejectionRoutes,
  systemRoutes,
  channelRoutes,
  waitingRoutes,
  qualityRoutes,
  supervisionRoutes,
  supervisionReportRoutes,
  inspectionRoutes,
  findingRoutes,
  balanceRoutes,
  cardRoutes,
  productRoutes,
  driftRoutes,
  mappingRoutes,
  mappingVersionRoutes,
  replayRoutes,
  linkRoutes,
  linkDeliveryRoutes,
  linkHeldRoutes,
  linkBackfillRoutes,
  peerRoutes,
  peerChangeRoutes,
  rhythmRoutes,
  alertRoutes,
  claimRoutes,
  linkSecretRoutes,
  peerCountRoutes,
  reconciliationRoutes,
  wantedRoutes,
  keyRoutes,
  auditRoutes,
  auditAnchorRoutes,
  evidenceRoutes,
  retentionRoutes,
  personalRoutes,
  erasureRuleRoutes,
  signingKeyRoutes,
  trustRoutes,
  oauthClientRoutes,
  partnerRoutes,
  egressRoutes,
  operatorRoutes,
] as const

const publicRoutes = (parts: RouteParts): FastifyPluginAsync => {
  const { publicPool: pool, language, clock, publicUrl, trustedProxies } = parts
  return publicPages({
    ask: async (question) => {
      const systems = await systemsMeant(pool, question.code)
      return await askPublic(pool, { ...question, systems })
    },
    head: () => headPosition(pool),
    isTouched: (rests, after, upTo) => isTouched(pool, { ...rests, after, upTo }),
    language,
    clock,
    publicUrl,
    ...(trustedProxies ? { trustedProxies } : {}),
  })
}

/** All routes: the open ones, and those that need a key. */
export const routes =
  (parts: RouteParts): FastifyPluginAsync =>
  async (app) => {
    addComponents(app)
    await app.register(healthRoutes(parts))
    await app.register(publicRoutes(parts))
    await app.register(operatorPages(parts))
    const limits = {
      pool: parts.pool,
      bounds: parts.rates ?? { perKey: null, perAddress: null },
      trustedProxies: parts.trustedProxies ?? [],
    }
    await app.register(async (open) => {
      limitCallers(open, { ...limits, findKeys: () => {} })
      for (const plugin of [docsRoutes, oauthRoutes, boardRoutes]) await open.register(plugin(parts))
    })
    await app.register(async (guarded) => {
      const chargeRecords = limitCallers(guarded, {
        ...limits,
        findKeys: () => guard(guarded, parts.callers),
      })
      readControlBodies(guarded)
      logCalls(guarded, parts.pool)
      evenAnswers(guarded, parts.answersEveryMs ?? ANSWERS_EVERY_MS)
      for (const plugin of GUARDED) await guarded.register(plugin({ ...parts, chargeRecords }))
    })
  }
