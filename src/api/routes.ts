import type { FastifyPluginAsync } from 'fastify'
import type { ApiParts } from './app.ts'
import type { Callers } from './auth.ts'
import { addComponents } from './openapi.ts'
import { healthRoutes } from './routes/health.ts'
import { pushRoutes } from './routes/push.ts'

/** Everything a route may need. */
export interface RouteParts extends ApiParts {
  readonly callers: Callers
}

/** All routes: the open ones, and those that need a key. */
export const routes =
  (parts: RouteParts): FastifyPluginAsync =>
  async (app) => {
    addComponents(app)
    await app.register(healthRoutes(parts))
    await app.register(async (guarded) => {
      guarded.addHook('onRequest', async (request) => {
        request.caller = await parts.callers.of(request)
      })
      await guarded.register(pushRoutes(parts))
    })
  }
