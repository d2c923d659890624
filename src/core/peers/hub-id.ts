/** Identifier of a hub: a slug, best that of its region, such as `zj-hangzhou`. It never changes: it says who owns a record. */
export const HUB_ID = /^[a-z0-9](-?[a-z0-9]){0,62}$/

export const isHubId = (value: unknown): value is string => typeof value === 'string' && HUB_ID.test(value)

/** A hub identifier, or the beginning of some and an asterisk: `zj-hangzhou-*`, `*`. */
export const HUB_PATTERN = /^(\*|[a-z0-9](-?[a-z0-9]){0,62}(-\*)?)$/

export const isHubPattern = (value: unknown): value is string =>
  typeof value === 'string' && HUB_PATTERN.test(value)

/** Whether one of the patterns names the hub. */
export const namesHub = (patterns: readonly string[], hub: string): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? hub.startsWith(pattern.slice(0, -1)) : pattern === hub))
