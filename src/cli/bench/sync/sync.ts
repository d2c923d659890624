import { type Figure, table } from '#cli/bench/figures.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { benchBehind } from './behind.ts'
import { benchHanging } from './hanging.ts'
import { benchLag } from './lag.ts'
import { benchReplayed } from './replayed.ts'
import { benchSpeed } from './speed.ts'

/**
 * What links reach: speed against one job for each record, lag, one link's trouble beside the others, and a long way to catch up. It
 * takes minutes, so each part says on standard error what it found.
 */
export async function benchSync(stage: Stage, quick: boolean): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const part of [benchSpeed, benchLag, benchHanging, benchReplayed, benchBehind]) {
    const found = await part(stage, quick)
    console.error(table(found))
    figures.push(...found)
  }
  return figures
}
