/** Roles of operators; nobody holds two (GB/T 22239-2019, 8.1.4.2: 系统管理员、安全管理员、审计管理员). */
export const ROLES = ['system', 'security', 'audit'] as const
export type Role = (typeof ROLES)[number]

/** The scope that opens what a role administers. Keys cannot have the first two. */
export const SCOPE_OF = { system: 'admin:system', security: 'admin:security', audit: 'audit' } as const

/** All that an operator may. Who administers systems must see what they send; personal values stay masked. */
export const SCOPES_OF: Readonly<Record<Role, readonly string[]>> = {
  system: [SCOPE_OF.system, 'read'],
  security: [SCOPE_OF.security],
  audit: [SCOPE_OF.audit],
}

export const isRole = (text: unknown): text is Role => ROLES.some((role) => role === text)
