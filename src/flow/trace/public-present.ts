/** The parts that are there: optional members of a schema are absent, never undefined. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

export const present = <T extends object>(parts: T): Present<T> =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Present<T>
