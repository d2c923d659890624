/** True where PostgreSQL ended a statement because it ran longer than the pool allows (57014, query_canceled). */
export const isTooSlow = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '57014'
