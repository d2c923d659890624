import type { Figure } from '#cli/bench/figures.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { benchBehind } from './behind.ts'
import { benchHanging } from './hanging.ts'
import { benchLag } from './lag.ts'
import { benchSpeed } from './speed.ts'

/** What links reach: speed against one job for each record, lag, one link's trouble beside the others, and a long way to catch up. */
export async function benchSync(stage: Stage, quick: boolean): Promise<Figure[]> {
  return [
    ...(await benchSpeed(stage, quick)),
    ...(await benchLag(stage, quick)),
    ...(await benchHanging(stage, quick)),
    ...(await benchBehind(stage, quick)),
  ]
}
