/** Milliseconds since 1970 in the identifier of a message, a UUID of version 7: it prunes a search to one monthly partition. */
export const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
