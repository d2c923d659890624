import { type Role, SCOPE_OF } from '#flow/operators/roles.ts'

/**
 * Which roles of operators may call what otherwise needs a key of the scope `admin`, by the name of the call in the OpenAPI document. Every such call must
 * stand here (`guard` refuses to start, and a test compares). An empty list: a key of `admin` alone. Calls that need another scope, such as `read`, are open to the role
 * whose scopes hold it (`SCOPES_OF`).
 */
export const ROLES_OF: Readonly<Record<string, readonly Role[]>> = {
  // The bytes of senders may hold anything of anyone.
  getMessage: [],
  ...of(
    ['system'],
    [
      'createSystem patchSystem checkSystem',
      'patchChannel checkChannel runChannel scanChannel resetChannel',
      'decidePartyCode undoPartyDecision decideSiteCode undoSiteDecision createProductAlias endProductAlias',
      'createMapping activateMapping retireMapping rollBackMapping listMappingSteps',
      'createReplay listReplays getReplay',
      'createLink patchLink deleteLink pauseLink resumeLink resendHeldChanges dropHeldChanges createBackfill cancelBackfill',
      'joinPeer acceptClaim refuseClaim',
      'patchAlertRules listAlertTargets createAlertTarget deleteAlertTarget',
    ],
  ),
  ...of(
    ['security'],
    [
      'createKey rotateKey revokeKey createOauthClient patchOauthClient revokeOauthClient',
      'createOperator renewOperator disableOperator endOperatorSessions issuePartner patchPartner revokePartner revokePartnerCertificate',
      'addSigningKey requireSignatures revokeSigningKey rotateLinkSecret',
      'addTrustAnchor removeTrustAnchor addRevocationList getTrust',
      'createAuditAnchor deleteAuditAnchor patchRetention createLegalHold endLegalHold erasePersonal',
      'createErasureRule previewErasureRule endErasureRule setHubEgress',
    ],
  ),
  ...of(
    ['security', 'audit'],
    [
      'listKeys listOauthClients listOperators listPartners listSigningKeys getRetention listLegalHolds listErasureRules getHubEgress',
    ],
  ),
}

function of(roles: readonly Role[], calls: readonly string[]): Record<string, readonly Role[]> {
  return Object.fromEntries(calls.flatMap((names) => names.split(' ')).map((name) => [name, roles]))
}

/** The scopes of a route with those of the roles that may call it. Throws where a call for administrators names no role. */
export function withRoles(scopes: readonly string[], call: string | undefined): readonly string[] {
  const roles = Object.hasOwn(ROLES_OF, call ?? '') ? ROLES_OF[call ?? ''] : undefined
  if (roles === undefined && scopes.length === 0)
    throw new Error(`${call ?? 'a call without a name'} names no role of operators: src/api/roles.ts`)
  // Fastify makes HEAD of GET, whose scopes may be there already.
  return [...new Set([...scopes, ...(roles ?? []).map((role) => SCOPE_OF[role])])]
}
