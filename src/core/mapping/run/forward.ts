import { appended } from '#core/appended.ts'
import type { Issue } from '#core/issue.ts'
import type { Emit } from '#core/mapping/compile/emit.ts'
import type { ForwardPlan } from '#core/mapping/compile/forward.ts'
import type { MappedRecord, MappedSource, TracedField, UntoldRecord } from '#core/mapping/mapping.ts'
import type { ReasonCode } from '#core/mapping/reasons.ts'
import type { Body } from '#core/model/body.ts'
import { withEventRegion } from '#core/model/event-region.ts'
import { recordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import { missingParts } from '#core/model/minimal.ts'
import type { SourceRecord } from '#core/source.ts'
import { type Assemble, assembler } from './assemble.ts'
import { clockOf } from './clock.ts'
import { flagsOf } from './flag-bits.ts'
import { NO_ROW, newRun } from './new-run.ts'
import { note, placeOf, type Row, type Run } from './run.ts'
import { withWhole } from './whole.ts'

/** The ready steps of one canonical record. */
interface Step {
  readonly emit: Emit
  readonly assemble: Assemble
  /** The part of the identifier that all records of this kind share. */
  readonly values: unknown[]
}

/** Maps source records one after the other with one reused state. */
export function forwardRunner(plan: ForwardPlan) {
  const run = newRun()
  const steps: Step[] = plan.emits.map((emit) => ({
    emit,
    assemble: assembler(emit.plans.map(({ target }) => target)),
    values: emit.plans.map(() => undefined),
  }))
  const clock = clockOf()

  const begin = (source: SourceRecord, receivedAtMs: number): boolean => {
    const { value } = source
    const isRow = typeof value === 'object' && value !== null && !Array.isArray(value)
    run.serial++
    run.source = source
    run.row = isRow ? (value as Row) : NO_ROW
    run.prefix = ''
    run.field = ''
    run.flags = 0
    run.rejected = false
    run.emitted = 0
    run.refusals = 0
    run.issues = []
    run.raw = null
    clock(run, receivedAtMs)
    return isRow
  }

  const mapWith = (
    source: SourceRecord,
    receivedAtMs: number,
    fields: TracedField[] | null,
  ): MappedSource => {
    const { index } = source
    if (!begin(source, receivedAtMs)) {
      if (source.issues.length === 0) note(run, 'E_SCHEMA', 'not_object', { field: '', rejects: true })
      return { index, key: null, rejected: true, issues: [...source.issues, ...run.issues], records: [] }
    }
    if (plan.whole !== null && source.whole?.alone)
      return withoutLines(plan, plan.whole.key(run), run, source)
    const key = plan.key(run)
    if (source.issues.length > 0)
      return { index, key, rejected: true, issues: decoded(run, source.issues), records: [] }
    const status = plan.status === null ? 'active' : plan.status(run)
    if (status === 'void' && plan.void !== null && !plan.void.hasBody)
      return keepingVoid(plan, run, index, key)
    let records: MappedRecord[] | undefined
    let skipped: Kind[] | undefined
    const operation = status === 'void' ? 'void' : 'upsert'
    run.isVoid = status === 'void'
    const ended = operation === 'void' ? voidOf(plan, run) : undefined
    const order = plan.order === null ? undefined : plan.order(run)
    const lacksOrderAt = plan.order !== null && order === undefined ? placeOf(run, run.field) : undefined
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as Step
      const { emit } = step
      if (emit.when !== null && !emit.when(run)) {
        // What has a key of its own may be told by other source records too.
        if (emit.key === null) skipped = appended(skipped, emit.kind)
        continue
      }
      const ownKey = emit.key === null ? key : emit.key(run)
      run.emitted = records?.length ?? 0
      const body = mapBody(run, step, fields, ended)
      if (!isAttributed(run, emit, body, records !== undefined) || ownKey === null) continue
      const id = recordId(emit.kind, plan.system, plan.record, ownKey)
      const record: MappedRecord = { kind: emit.kind, id, key: ownKey, operation, body }
      if (ended !== undefined) (record as { void?: MappedRecord['void'] }).void = ended
      if (order !== undefined) (record as { order?: string }).order = order
      if (lacksOrderAt !== undefined) (record as { lacksOrderAt?: string }).lacksOrderAt = lacksOrderAt
      if (run.expected !== null) (record as { expected?: MappedRecord['expected'] }).expected = run.expected
      records = appended(records, record)
    }
    if (records === undefined && !run.rejected) note(run, 'E_SCHEMA', 'nothing', { field: '', rejects: true })
    if (run.rejected) return { index, key, rejected: true, issues: run.issues, records: [] }
    const mapped: MappedSource = { index, key, rejected: false, issues: run.issues, records: records ?? [] }
    if (skipped === undefined || key === null) return mapped
    const untold = untoldOf(skipped, mapped.records, (kind) => ({
      kind,
      id: recordId(kind, plan.system, plan.record, key),
      key,
      ...(ended === undefined ? {} : { void: ended }),
      ...(order === undefined ? {} : { order }),
      ...(lacksOrderAt === undefined ? {} : { lacksOrderAt }),
    }))
    return untold.length > 0 ? { ...mapped, untold } : mapped
  }

  const whole = (source: SourceRecord, receivedAtMs: number, mapped: MappedSource): MappedSource =>
    withWhole(plan, run, (one) => begin(one, receivedAtMs), source, mapped)

  return {
    map: (source: SourceRecord, receivedAtMs: number) => {
      run.seen = null
      return whole(source, receivedAtMs, mapWith(source, receivedAtMs, null))
    },
    trace: (source: SourceRecord, receivedAtMs: number) => {
      const fields: TracedField[] = []
      run.seen = []
      const mapped = mapWith(source, receivedAtMs, fields)
      const seen = new Set(run.seen)
      for (const field of fields) for (const name of field.from) seen.add(name)
      run.seen = null
      return { ...whole(source, receivedAtMs, mapped), fields, seen }
    },
  }
}

/** An order or a sheet that says that it has no lines: nothing is made of it, and it ends what it told before. One of which nobody can tell whether it is void is rejected, as its lines would be. */
function withoutLines(
  plan: ForwardPlan,
  key: string[] | null,
  run: Run,
  { index, issues }: SourceRecord,
): MappedSource {
  if (issues.length > 0) return { index, key, rejected: true, issues: decoded(run, issues), records: [] }
  plan.status?.(run)
  plan.order?.(run)
  return { index, key, rejected: run.rejected, issues: run.issues, records: [] }
}

/** What the emits that were passed over would have made; two emits may make one record, each under another `when`. */
function untoldOf(
  skipped: readonly Kind[],
  records: readonly MappedRecord[],
  recordOf: (kind: Kind) => UntoldRecord,
): UntoldRecord[] {
  const told = new Set(records.map(({ id }) => id))
  return [...new Set(skipped)].map(recordOf).filter(({ id }) => !told.has(id))
}

/**
 * What decoding found comes behind what is wrong with the key: a detail without a key has no base because it has no key. Parts of the
 * key that stand in a base which did not come are no further fault, and what both found is told once.
 */
function decoded(run: Run, issues: readonly Issue[]): Issue[] {
  const isTold = ({ path, code }: Issue): boolean =>
    run.issues.some((known) => known.path === path && known.code === code)
  const further = issues.filter((issue) => !isTold(issue))
  if (run.row['base'] !== undefined) return [...run.issues, ...further]
  const base = `${run.source.place('base')}/`
  return [...run.issues.filter(({ path }) => !path.startsWith(base)), ...further]
}

function mapBody(run: Run, step: Step, fields: TracedField[] | null, ended: MappedRecord['void']): Body {
  const { emit, values } = step
  const { plans } = emit
  run.flags = 0
  run.raw = null
  run.unit = undefined
  run.massKg = undefined
  run.band = undefined
  run.productClass = undefined
  run.expected = null
  for (let i = 0; i < plans.length; i++) {
    const plan = plans[i] as (typeof plans)[number]
    if (fields === null) values[i] = plan.evaluate(run)
    else values[i] = traced(run, emit, plan, fields)
  }
  if (emit.check !== null) emit.check(run, values)
  if (emit.returns !== null) emit.returns(run, values)
  if (emit.from !== null) emit.from(run, values)
  const made = step.assemble(values, run.flags === 0 ? [] : flagsOf(run.flags), run.raw)
  const body = withEventRegion(emit.kind, made)
  if (ended !== undefined) body.void = ended
  return body
}

function traced(run: Run, emit: Emit, plan: Emit['plans'][number], fields: TracedField[]): unknown {
  const before = run.seen ?? []
  run.seen = []
  const value = plan.evaluate(run)
  const from = [...new Set(run.seen)]
  run.seen = before
  if (value !== undefined)
    fields.push({ target: `${emit.kind}.${plan.target}`, from, verb: plan.verb, value })
  else run.seen.push(...from)
  return value
}

const WHY: Readonly<Record<'who' | 'what' | 'name', ReasonCode>> = {
  who: 'no_who',
  what: 'no_what',
  name: 'no_name',
}

/** Whether the record has its minimal set. The first must have it, or the source record is rejected; a further one is left out. */
function isAttributed(run: Run, emit: Emit, body: Body, isFurther: boolean): boolean {
  const hasWho = body.parties !== undefined || body.sites !== undefined
  const hasAll =
    body.occurredAt !== undefined && hasWho && (body.product !== undefined || body.documents !== undefined)
  if (hasAll && emit.required.length === 0) return true
  const missing = missingParts(emit.kind, body)
  for (const name of emit.required) {
    if ((body as unknown as Record<string, unknown>)[name] !== undefined) continue
    note(run, 'E_SCHEMA', isFurther ? 'left_out' : 'no_part', {
      target: `${emit.kind}.${name}`,
      field: fieldNamed(emit, [name]),
      rejects: !isFurther,
    })
    return false
  }
  for (const { part } of missing) {
    const field = part === 'occurredAt' ? fieldNamed(emit, [part]) : fieldOf(emit, part)
    if (isFurther) note(run, 'E_SCHEMA', 'left_out', { target: emit.kind, field })
    else if (part === 'occurredAt') continue
    else note(run, 'E_SCHEMA', WHY[part], { target: `${emit.kind}.${part}`, field, rejects: true })
  }
  return missing.length === 0
}

/** A field that would give the missing part, for the place of the issue. */
function fieldOf(emit: Emit, part: 'who' | 'what' | 'name'): string {
  const wanted =
    part === 'who'
      ? ['parties', 'sites']
      : part === 'what'
        ? ['product', 'lots', 'documents']
        : ['name', 'ids']
  return fieldNamed(emit, wanted)
}

const fieldNamed = (emit: Emit, targets: readonly string[]): string =>
  emit.plans.find((plan) => targets.includes(plan.target))?.field ?? ''

/**
 * A void that names another record, or only its own key, and leaves the content as it was. It says nothing but the end, so it needs no order;
 * that of a void of another record is none of that record.
 */
function keepingVoid(plan: ForwardPlan, run: Run, index: number, key: string[] | null): MappedSource {
  const target = plan.void?.of ? plan.void.of(run) : key
  const ended = voidOf(plan, run)
  const isOwn =
    target === key ||
    (key !== null && target?.length === key.length && target.every((part, i) => part === key[i]))
  const order = plan.order === null || !isOwn ? undefined : plan.order(run)
  if (run.rejected || target === null) return { index, key, rejected: true, issues: run.issues, records: [] }
  const records = plan.emits.map((emit): MappedRecord => {
    const id = recordId(emit.kind, plan.system, plan.record, target)
    return {
      kind: emit.kind,
      id,
      key: target,
      operation: 'void',
      body: null,
      ...(ended === undefined ? {} : { void: ended }),
      ...(order === undefined ? {} : { order }),
    }
  })
  return { index, key, rejected: false, issues: run.issues, records }
}

function voidOf(plan: ForwardPlan, run: Run): MappedRecord['void'] {
  const reason = plan.void?.reason?.(run)
  const at = plan.void?.at?.(run)
  if (reason === undefined && at === undefined) return undefined
  return { ...(at === undefined ? {} : { at }), ...(reason === undefined ? {} : { reason }) }
}
