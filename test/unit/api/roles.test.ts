import { expect, it } from 'vitest'
import { ROLES_OF } from '#api/roles.ts'
import { openapiDocument } from '#cli/openapi-document.ts'
import { ROLES, SCOPE_OF, SCOPES_OF } from '#flow/operators/roles.ts'

const document = (await openapiDocument()) as {
  paths: Record<string, Record<string, { operationId: string; security?: { key?: string[] }[] }>>
}
const calls = Object.values(document.paths).flatMap((methods) => Object.entries(methods))
const scopesOf = (operationId: string): readonly string[] =>
  calls.find(([, call]) => call.operationId === operationId)?.[1].security?.[0]?.key ?? []
const ofRoles: readonly string[] = Object.values(SCOPE_OF)

it('every call for administrators says which roles may make it, and the table names no other call', () => {
  const guarded = calls.filter(([, { security }]) => (security?.length ?? 0) > 0)
  expect(guarded.length).toBeGreaterThan(100)
  // What opens to no scope but `admin` and those of roles is for administrators.
  const forAdministrators = guarded
    .filter(([, { security }]) => {
      const key = security?.[0]?.key ?? []
      return key.includes('admin') && key.every((scope) => scope === 'admin' || ofRoles.includes(scope))
    })
    .map(([, { operationId }]) => operationId)
  const onlyAudit = forAdministrators.filter((name) => scopesOf(name).join() === 'audit,admin')
  expect(forAdministrators.filter((name) => !(name in ROLES_OF) && !onlyAudit.includes(name))).toEqual([])
  expect(
    Object.keys(ROLES_OF).filter((name) => !calls.some(([, call]) => call.operationId === name)),
  ).toEqual([])
})

it('the document says what the table says', () => {
  for (const [name, roles] of Object.entries(ROLES_OF)) {
    const shown = scopesOf(name)
    for (const role of ROLES) {
      const isOpen = shown.includes(SCOPE_OF[role])
      expect(isOpen, `${name} ${role}`).toBe(roles.includes(role))
    }
  }
})

it('no call that changes something is open to two roles, and the role audit changes nothing', () => {
  for (const [method, { operationId, security }] of calls) {
    const shown = security?.[0]?.key ?? []
    if (method === 'get') continue
    const open = ROLES.filter((role) => SCOPES_OF[role].some((scope) => shown.includes(scope)))
    expect(open.length, operationId).toBeLessThan(2)
    expect(open, operationId).not.toContain('audit')
  }
})
