import type { Socket } from 'node:net'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { HeldAliases } from '#core/products/aliases.ts'
import type { EvidenceGate } from '#flow/evidence/gate.ts'
import type { Intake } from '#flow/intake/intake.ts'
import type { Provider } from '#flow/operators/provider.ts'
import type { InstallOptions } from '#flow/systems/install.ts'
import type { LiveRegistry } from '#flow/systems/live.ts'
import type { Queues } from '#jobs/queues.ts'
import type { Callers } from './auth.ts'
import type { HeadWatch } from './head-watch.ts'
import type { Language } from './language.ts'
import type { ChargeRecords, RateBounds } from './limit-callers.ts'
import type { Metrics } from './metrics.ts'
import type { MetricsAccess } from './metrics-access.ts'
import type { SessionCallers } from './operators/session-callers.ts'
import type { AnswerBounds } from './slow-answers.ts'
import type { TlsParts } from './tls.ts'

/** What the API is handed; it opens nothing itself. */
export interface ApiParts {
  readonly pool: Pool
  /** Connections of the public pages alone, so that visitors cannot take those of intake; else the others. */
  readonly publicPool?: Pool
  /** Connections for what somebody asks while goods stand before him, papers, lots and traces: each statement is planned once (`plansOnce`); else the others. */
  readonly tracePool?: Pool
  readonly registry: LiveRegistry
  /** What mappings are compiled with. */
  readonly mappingOptions?: InstallOptions
  readonly intake: Intake
  readonly queues: Queues
  /** Whether the log is sealed and anchored in time; absent: nobody asks. */
  readonly gate?: EvidenceGate
  /** What the mappings of this process know of the names of products. */
  readonly productAliases: HeldAliases
  readonly adminKey: string | undefined
  /** Folders below which links may write files; none where it is absent. */
  readonly dropFolders?: readonly string[]
  /** Folders below which channels may read files; none where it is absent. */
  readonly pickupFolders?: readonly string[]
  /** Address under which anyone reaches the public pages, without a slash at its end; no QR codes where it is absent. */
  readonly publicUrl?: string | undefined
  /** Addresses and CIDR blocks of proxies whose `X-Forwarded-For` is believed; none where it is absent. */
  readonly trustedProxies?: readonly string[]
  /** Plain HTTP where it is absent. */
  readonly tls?: TlsParts | undefined
  /** Connections that one address may hold at once; 1,000 where it is absent. */
  readonly connectionsPerAddress?: number
  /** What keys and addresses may use; no bounds where it is absent. */
  readonly rates?: RateBounds
  /** Of these milliseconds what a caller who sees a part of the records waits is a multiple; 20 where it is absent, 0 for none. */
  readonly answersEveryMs?: number
  /** How slowly answers may be taken; ANSWER_BOUNDS where it is absent. */
  readonly answerBounds?: AnswerBounds
  /** Who gets `/metrics` without a key; `local` where it is absent. */
  readonly metricsAccess?: MetricsAccess
  /** Vouches for operators; none where it is absent. */
  readonly provider?: Provider | undefined
  readonly language: Language
  readonly log: Logger | false
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Everything a route may need. */
export interface RouteParts extends ApiParts {
  readonly callers: Callers
  readonly sessions: SessionCallers
  readonly metrics: Metrics
  readonly head: HeadWatch
  /** Connections on which a large body is coming in. */
  readonly uploading: WeakSet<Socket>
  readonly chargeRecords?: ChargeRecords
  readonly publicPool: Pool
  readonly tracePool: Pool
}
