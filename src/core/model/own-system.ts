/**
 * System of the records that this hub itself writes: holds of its cases, notices, findings. No folder of mappings and no registered
 * system may have this name, and no key may push to it.
 */
export const OWN_SYSTEM = 'trace-hub'

/**
 * Key of a record that a hub wrote itself: the identifier of the hub goes first, so that the records of two hubs that are linked never
 * have the same identifier.
 */
export const ownKey = (hub: string, key: readonly string[]): string[] => [hub, ...key]
