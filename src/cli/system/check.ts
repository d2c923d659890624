import { parseArgs } from 'node:util'
import got from 'got'
import { cliLanguage } from '#cli/language.ts'
import { sentenceOf } from '#cli/process.ts'
import { missing, wrongOptions } from '#cli/wrong-usage.ts'
import type { Issue } from '#core/issue.ts'
import { channelIssues } from '#flow/channels/issues.ts'
import { unseenOf } from '#flow/conformance/unseen.ts'
import { doubtsOf, mistakesOf } from '#flow/systems/mistakes.ts'
import type { FolderSystem, InstalledSystem } from '#flow/systems/registry.ts'
import { mistakeLine } from './mistake-line.ts'
import { wantedSystems } from './wanted-systems.ts'

const TIMEOUT_MS = 15_000

/** A running hub that is asked as well. */
interface RunningHub {
  readonly url: string
  readonly key: string
}

/**
 * `hub system check [system…] [--hub URL --key KEY]`: every mistake of the systems' files and what is surely not meant, with place and
 * advice, and the fields that are mapped and that no sample has. With a running hub also what is set there, and whether the address of
 * the system answers.
 */
export async function systemCheck(argv: readonly string[]): Promise<void> {
  const { names, hub } = parsed(argv)
  const systems = await wantedSystems(names)
  for (const system of systems ?? []) {
    const lines = [
      ...[...mistakesOf(system), ...doubtsOf(system)].map(mistakeLine),
      ...(hub ? await askHub(hub, system) : channelIssues(system).map(issueLine)),
    ]
    console.log(`${lines.length === 0 ? '✓' : '✗'} ${system.id}: ${[...system.records.keys()].join(', ')}`)
    for (const line of lines) console.log(`  ${line}`)
    for (const line of await unseenLines(system)) console.log(`  ? ${line}`)
    if (lines.length > 0) process.exitCode = 1
  }
}

/** Fields that no sample has are told and are no mistake: the interface document may name what a sample lacks. */
async function unseenLines(system: FolderSystem): Promise<string[]> {
  try {
    return (await unseenOf(system)).map(mistakeLine)
  } catch (error) {
    return [sentenceOf(error)]
  }
}

const issueLine = ({ path, reason, fix }: Issue): string => `${path}: ${reason}${fix ? ` ${fix}` : ''}`

function parsed(argv: readonly string[]): { names: string[]; hub: RunningHub | null } {
  try {
    const text = { type: 'string' } as const
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { hub: text, key: text },
    })
    const { hub: url, key } = values
    if ((url === undefined) !== (key === undefined)) throw missing(url === undefined ? '--hub' : '--key')
    return { names: positionals, hub: url !== undefined && key !== undefined ? { url, key } : null }
  } catch (error) {
    throw wrongOptions(error)
  }
}

interface Checked {
  readonly settings: readonly { readonly setting: string; readonly reason: string; readonly advice: string }[]
}

/** What the running hub finds wrong with the settings of the system and its address. */
async function askHub({ url, key }: RunningHub, { id }: InstalledSystem): Promise<string[]> {
  try {
    const { statusCode, body } = await got.post(new URL(`/v1/systems/${id}/check`, url), {
      headers: { authorization: `Bearer ${key}`, 'accept-language': cliLanguage() },
      throwHttpErrors: false,
      followRedirect: false,
      retry: { limit: 0 },
      timeout: { request: TIMEOUT_MS },
    })
    if (statusCode !== 200) return [`${url}: HTTP ${statusCode}`]
    const { settings } = JSON.parse(body) as Checked
    return settings.map(({ setting, reason, advice }) => `${setting}: ${reason} ${advice}`)
  } catch (error) {
    return [`${url}: ${error instanceof Error ? error.message : String(error)}`]
  }
}
