import type { Pool, PoolClient } from 'pg'

/** How a query fails: before it is sent, or after the server has done it and before its answer is read. */
export type Fault = 'cut before' | 'cut after' | 'serialization failure' | 'disk full'

/** A pool whose n-th query on any client fails once. */
export function failingPool(pool: Pool, nth: number, fault: Fault): { pool: Pool; failed: () => boolean } {
  let count = 0
  let failed = false
  const wrap = (client: PoolClient): PoolClient =>
    new Proxy(client, {
      get(target, name) {
        const value = Reflect.get(target, name)
        if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value
        return (...words: unknown[]) => {
          const query = () => (value as (...all: unknown[]) => unknown).apply(target, words)
          count++
          if (count !== nth) return query()
          failed = true
          const { stream } = (target as unknown as { connection: { stream: import('node:net').Socket } })
            .connection
          if (fault === 'cut before') stream.destroy()
          else if (fault === 'cut after') {
            stream.pause()
            setTimeout(() => stream.destroy(), 60)
          } else {
            const code = fault === 'disk full' ? '53100' : '40001'
            const error = Object.assign(new Error(fault), { code })
            const submittable = words[0] as { handleError?: (error: Error) => void }
            if (typeof submittable === 'object' && submittable.handleError) {
              submittable.handleError(error)
              return submittable
            }
            return Promise.reject(error)
          }
          return query()
        }
      },
    })
  const broken = new Proxy(pool, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (name === 'connect') return async () => wrap(await target.connect())
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { pool: broken, failed: () => failed }
}
