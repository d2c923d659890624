import { CronExpressionParser } from 'cron-parser'
import type { TSchema } from 'typebox'
import * as Value from 'typebox/value'
import type { Adapter, ChannelLimits, State } from '#adapters/adapter.ts'
import { parseAllowed } from '#adapters/http/addresses.ts'
import { LIMITS, LimitsSchema } from '#adapters/limits.ts'
import { adapterOf } from '#adapters/registry.ts'
import { type DeclaredChannel, durationMs } from '#core/channels/declared.ts'
import type { Issue } from '#core/issue.ts'
import type { ChannelSettings, Rhythm } from '#store/channels.ts'

/** Finds an adapter by its name; null where there is none. */
export type AdapterOf = (name: string) => Adapter<never, State> | null

/** A channel with all that its adapter needs, valid. */
export interface ComposedChannel {
  readonly declared: DeclaredChannel
  readonly adapter: Adapter<unknown>
  readonly settings: unknown
  readonly limits: ChannelLimits
  readonly allowAddress: readonly string[]
  /** Null: it listens, or runs only when it is asked to. */
  readonly rhythm: Rhythm | null
}

export type Composition =
  | { readonly ok: true; readonly channel: ComposedChannel }
  | { readonly ok: false; readonly issues: readonly Issue[] }

export const NOTHING_SET: ChannelSettings = {
  isOn: false,
  settings: {},
  limits: {},
  allowAddress: [],
  rhythm: null,
}

/** What the system.yaml says with what the operator set over it, checked by the schema of the adapter. Tells of everything that is wrong. */
export function composeChannel(
  declared: DeclaredChannel,
  set: ChannelSettings,
  adapters: AdapterOf = adapterOf,
): Composition {
  const adapter = adapters(declared.adapter)
  if (!adapter) return { ok: false, issues: [wrong('/adapter', `there is no adapter "${declared.adapter}"`)] }
  const settings = filledIn(adapter.settings, mergeSettings(declared.settings, set.settings))
  const limits = { ...LIMITS, ...adapter.defaults, ...set.limits }
  const rhythm = set.rhythm ?? rhythmOf(declared)
  const issues = [
    ...mistakesOf(adapter.settings, settings, '/settings'),
    ...mistakesOf(LimitsSchema, limits, '/limits'),
    ...set.allowAddress
      .filter((text) => parseAllowed(text) === null)
      .map((text) => wrong('/allowAddress', `"${text}" is not CIDR:port`, 'Write it like 10.1.2.3/32:3306.')),
    ...rhythmMistakes(rhythm, adapter.reads),
  ]
  if (issues.length > 0) return { ok: false, issues }
  const unnamed = declared.record === undefined ? (adapter.unnamed?.(settings as never) ?? []) : []
  if (unnamed.length > 0) return { ok: false, issues: unnamed.map((path) => wrong(path, MISSING, NAME_IT)) }
  const { allowAddress } = set
  return {
    ok: true,
    channel: {
      declared,
      adapter: adapter as unknown as Adapter<unknown>,
      settings,
      limits,
      allowAddress,
      rhythm,
    },
  }
}

const rhythmOf = ({ every, cron }: DeclaredChannel): Rhythm | null =>
  every !== undefined ? { every } : cron !== undefined ? { cron } : null

function rhythmMistakes(rhythm: Rhythm | null, reads: Adapter['reads']): Issue[] {
  if (rhythm === null) return []
  if (reads === 'listens')
    return [wrong('/rhythm', 'a channel that listens has no rhythm', 'Take "every" and "cron" out.')]
  if ('every' in rhythm)
    return durationMs(rhythm.every) === null
      ? [wrong('/rhythm/every', `"${rhythm.every}" is no time`, 'Write it like 30s, 5m, 2h or 1d.')]
      : []
  return nextOfCron(rhythm.cron, 0) === null
    ? [
        wrong(
          '/rhythm/cron',
          `"${rhythm.cron}" is no cron expression`,
          "Write it like '30 2 * * *': minute, hour, day, month, weekday.",
        ),
      ]
    : []
}

/** When a cron expression is next true in China, after a time; null where it is none. Both in milliseconds since 1970. */
export function nextOfCron(cron: string, afterMs: number): number | null {
  try {
    return CronExpressionParser.parse(cron, { currentDate: new Date(afterMs), tz: 'Asia/Shanghai' })
      .next()
      .getTime()
  } catch {
    return null
  }
}

/** When a channel is due again after it ended at a time; null where only an operator asks for it. */
export function nextRun(rhythm: Rhythm | null, beganMs: number, nowMs: number): number | null {
  if (rhythm === null) return null
  if ('cron' in rhythm) return nextOfCron(rhythm.cron, nowMs)
  return Math.max(beganMs + (durationMs(rhythm.every) ?? 0), nowMs + SHORTEST_REST_MS)
}

/** A reading that takes longer than its rhythm is not begun again without a breath. */
const SHORTEST_REST_MS = 1000

const NEVER = new Set(['__proto__', 'constructor', 'prototype'])
const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The settings of an operator over those of a file: maps by their names, everything else as a whole. Null takes a setting away. */
export function mergeSettings(
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(under)) if (!NEVER.has(name)) merged[name] = value
  for (const [name, value] of Object.entries(over)) {
    if (NEVER.has(name)) continue
    const below = merged[name]
    if (value === null) delete merged[name]
    else merged[name] = isPlain(below) && isPlain(value) ? mergeSettings(below, value) : value
  }
  return merged
}

/** Texts of a YAML file as what the schema says they are, and what it fills in. */
const filledIn = (schema: TSchema, value: unknown): unknown =>
  Value.Default(schema, Value.Convert(schema, Value.Clone(value)))

const MISSING = 'the setting is required'
const NAME_IT = 'Name the record here, or for the whole channel in its system.yaml.'

/** Whether an issue says that something is still to be set. */
export const isMissing = ({ reason }: Issue): boolean => reason === MISSING

/** What is wrong with a value, each place once. */
export function mistakesOf(schema: TSchema, value: unknown, at: string): Issue[] {
  const found = new Map<string, Issue>()
  for (const { keyword, instancePath, params, message } of Value.Errors(schema, value)) {
    const more = params as {
      requiredProperties?: readonly string[]
      additionalProperties?: readonly string[]
    }
    const names = more.requiredProperties ?? more.additionalProperties
    for (const name of names ?? ['']) {
      const path = `${at}${instancePath}${name === '' ? '' : `/${name}`}`
      const reason =
        keyword === 'required'
          ? MISSING
          : keyword === 'additionalProperties' || keyword === 'boolean'
            ? 'there is no such setting'
            : message
      if (!found.has(path)) found.set(path, wrong(path, reason))
    }
  }
  return [...found.values()]
}

const wrong = (path: string, reason: string, fix?: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  reason,
  ...(fix === undefined ? {} : { fix }),
})
