import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { sentenceOf, settingsOrExit } from '#cli/process.ts'
import type { Settings } from '#cli/settings.ts'
import { WrongUsage, wrongOptions } from '#cli/wrong-usage.ts'
import { benchChannels } from './channels/channels.ts'
import { benchCosts } from './costs.ts'
import { benchDelivery } from './delivery.ts'
import { type Figure, table } from './figures.ts'
import { benchFiles } from './files.ts'
import { benchIntake } from './intake.ts'
import { benchMapping } from './mapping.ts'
import { benchMatching } from './matching.ts'
import { benchPapers } from './papers.ts'
import { benchPublic } from './public.ts'
import { benchRecall } from './recall.ts'
import { benchSingle } from './single.ts'
import { openStage, type Stage } from './stage.ts'
import { benchSync } from './sync/sync.ts'
import { benchSystems } from './systems.ts'
import { benchTrace } from './trace/trace.ts'

const httpParts: Readonly<Record<string, (stage: Stage, quick: boolean) => Promise<Figure[]>>> = {
  intake: benchIntake,
  single: benchSingle,
  delivery: benchDelivery,
}
/** Parts that measure something of their own, before or after those that share a stage. */
const ownParts: Readonly<
  Record<string, (settings: Settings, quick: boolean, edges: readonly number[]) => Promise<Figure[]>>
> = {
  mapping: async ({ mappings }, quick) => [
    ...(await benchMapping(mappings, quick)),
    ...(await benchSystems(mappings, quick)),
  ],
  files: benchFiles,
  papers: benchPapers,
  public: benchPublic,
  channels: benchChannels,
  trace: benchTrace,
  matching: benchMatching,
  costs: benchCosts,
  recall: benchRecall,
  sync: async (settings, quick) => {
    const stage = await openStage(settings)
    try {
      return await benchSync(stage, quick)
    } finally {
      await stage.close()
    }
  },
}
const MEMORY_GOAL_BYTES = 300e6

/** `hub bench`: what the hub reaches on this machine, with ratios measured in the same run. */
export async function benchCommand(argv: readonly string[]): Promise<void> {
  const { values, positionals } = readArguments(argv)
  const names = [
    'mapping',
    ...Object.keys(httpParts),
    'files',
    'papers',
    'public',
    'channels',
    'trace',
    'matching',
    'costs',
    'recall',
    'sync',
  ]
  const wanted = positionals.length > 0 ? positionals : names
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    console.error(`${unknown}: ${names.join(', ')}`)
    process.exitCode = 1
    return
  }
  try {
    const figures = await measure(wanted, values.quick, edgesOf(values.edges))
    console.log(table(figures))
    if (values.json) await writeFile(values.json, `${JSON.stringify({ results: figures }, null, 2)}\n`)
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        edges: { type: 'string', default: '1e5,1e6' },
      },
    })
  } catch (error) {
    throw wrongOptions(error)
  }
}

/** Sizes of the graphs of the part `trace`, such as `1e5,1e6,1e7`. */
function edgesOf(text: string): number[] {
  const sizes = text.split(',').map(Number)
  if (sizes.every((size) => Number.isInteger(size) && size >= 1000 && size <= 1e8)) return sizes
  throw new WrongUsage()
}

async function measure(
  wanted: readonly string[],
  quick: boolean,
  edges: readonly number[],
): Promise<Figure[]> {
  const settings = settingsOrExit(process.env)
  const figures: Figure[] = []
  for (const name of Object.keys(ownParts))
    if (wanted.includes(name))
      figures.push(...(await (ownParts[name] as (typeof ownParts)[string])(settings, quick, edges)))
  const http = wanted.filter((name) => httpParts[name])
  if (http.length === 0) return figures
  const stage = await openStage(settings)
  try {
    for (const name of http)
      figures.push(...(await (httpParts[name] as (typeof httpParts)[string])(stage, quick)))
    const peak = await stage.peakBytes()
    figures.push({
      name: 'resident memory of the hub, peak',
      value: peak / 1e6,
      unit: 'MB',
      baseline: 'limit of 300',
      ratio: peak / MEMORY_GOAL_BYTES,
    })
  } finally {
    await stage.close()
  }
  return figures
}
