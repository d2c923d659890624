import type { Issue } from '#core/issue.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import type { When } from '#core/model/values.ts'
import type { ProductAliases } from '#core/products/aliases.ts'
import type { ReadOptions, SourceRecord } from '#core/source.ts'
import type { RelatedStep } from './backward/related.ts'
import type { Row } from './run/run.ts'
import type { SystemFile } from './system.ts'
import type { Words } from './words.ts'

export type { Words }

/** One thing that is wrong with a mapping file: where, what, and what to do. */
export interface Mistake {
  /** File, relative to the folder of mappings. */
  readonly path: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** Place inside the mapping, such as `emit.0.fields.occurredAt`; empty for the file as a whole. */
  readonly target: string
  readonly message: Words
  readonly advice: Words
}

/** One canonical record as a source record asks for it, before the store knows its version. */
export interface MappedRecord {
  readonly kind: Kind
  readonly id: string
  readonly key: string[]
  readonly operation: 'upsert' | 'void'
  /** Null: a void that keeps everything as it was. Shared parts: read it, do not change it. */
  readonly body: Body | null
  readonly void?: { reason?: string; at?: When }
  /** The source's own version or time, where the mapping names one; a smaller text is older. */
  readonly order?: string
  /** Where the order would stand that the mapping names and the source record lacks. */
  readonly lacksOrderAt?: string
  /** Lots that another record is expected to have as its subject; whether one has is for the store to say. */
  readonly expected?: readonly ExpectedLot[]
}

/** A lot that a record refers to and that must have a record of its own. */
export interface ExpectedLot {
  readonly scheme: string
  readonly value: string
  /** Where the source names it. */
  readonly path: string
}

/** What became of one source record. `issues` of a rejected one begin with what rejects it; of others they are doubts. */
export interface MappedSource {
  readonly index: number
  readonly key: string[] | null
  readonly rejected: boolean
  readonly issues: Issue[]
  readonly records: MappedRecord[]
  /** What it does not tell, as the `when` of an `emit` does not hold, and may have told before; none is among `records`. */
  readonly untold?: readonly UntoldRecord[]
  /** Of a line, where the order around it tells all its lines. */
  readonly whole?: MappedWhole
}

/** The order or the sheets that a line belongs to, and at the last line all lines that there are. */
export interface MappedWhole {
  /** What identifiers of its lines have behind their kind, before the rest of the key. */
  readonly id: string
  readonly key: readonly string[]
  /** Place of its first line among the source records. */
  readonly first: number
  /** Kinds of the records that its lines tell under their own key. */
  readonly kinds: readonly Kind[]
  readonly order?: string
  readonly lacksOrderAt?: string
  /** Of sheets, whose title the keys of their rows need not hold: all of which a row may be, by the parts that they do hold. */
  readonly among?: string
  /** At the last line, what identifiers of the records of all lines have behind their kind. */
  readonly lines?: ReadonlySet<string>
  /** Why `lines` are not all: the key of one, at this place, cannot be read, or from there on there are more than are looked through. */
  readonly unsure?: { readonly why: 'key' | 'many'; readonly at: string }
}

/** A record that a source record does not tell (any more). */
export type UntoldRecord = Pick<MappedRecord, 'kind' | 'id' | 'key' | 'void' | 'order' | 'lacksOrderAt'>

/** What the hub knows about a message beside its bytes. */
export interface MappingContext {
  readonly receivedAtMs: number
}

/** Where one target field came from. */
export interface TracedField {
  /** `sale.price`; `payment.parties.payer`. */
  readonly target: string
  /** Source fields that gave it, as written in the mapping; empty for constants. */
  readonly from: string[]
  readonly verb: string
  readonly value: unknown
}

export type TracedSource = MappedSource & {
  readonly fields: TracedField[]
  /** Fields of the record that nothing read, though they have a value, and that are not ignored. */
  readonly unused: string[]
}

/** A mapping that is ready to run: the same closures serve production, trying, replay and tests. */
export interface CompiledMapping {
  /** `jiaxing-wholesale/trade`. */
  readonly name: string
  readonly system: string
  readonly record: string
  readonly version: number
  readonly title: Words
  readonly read: ReadOptions
  readonly direction: 'forward' | 'backward'
  /** Kinds that the records of this mapping become. */
  readonly kinds: readonly Kind[]
  /** Source fields that are not mapped on purpose. */
  readonly ignored: ReadonlySet<string>
  /** Whether its records refer to lots that must have a record of their own. */
  readonly expectsLots?: boolean
  /** Whether a record has a key of its own in place of that of its source record. */
  readonly ownKeys?: boolean
  /** Files of the `tests:` list, relative to the mapping. */
  readonly tests: readonly MappingTest[]
  map(source: SourceRecord, context: MappingContext): MappedSource
  trace(source: SourceRecord, context: MappingContext): TracedSource
  /** Source fields that the mapping neither reads nor ignores. */
  drift(source: SourceRecord): readonly string[]
  /** Forward mappings: places of its file that work and are surely not meant. */
  readonly doubts?: readonly Mistake[]
  /** Forward mappings: places of its file that read a field which none of the records has. */
  unseen?(sources: readonly SourceRecord[]): Mistake[]
  /** Forward mappings: what is watched of the source's own habits. */
  readonly watch?: FieldWatch
  /** Backward mappings only: what the records refer to that must be known to write them, in the order in which it is looked up. */
  readonly related?: readonly RelatedStep[]
  /**
   * Backward mappings only: canonical records in the format of the receiver. One message, or one for each group of records; a record
   * that does not concern the receiver is in none.
   */
  write?(records: readonly CanonicalRecord[], context?: WriteContext): Written[]
  /** Backward mappings only: the format, and whether it names the file that records belong in. */
  readonly writes?: { readonly format: WrittenFormat; readonly namesFile: boolean }
  /** Backward mappings only: paths into the record by which it decides, or of each of which one must have a value. */
  readonly needs?: readonly (readonly string[])[]
}

/** The source fields that a mapping reads, for counting how often each is empty, and for what of them may be shown. */
export interface FieldWatch {
  /** In the order of their names. */
  readonly fields: readonly string[]
  /** Counts into `nulls`, by the place in `fields`, which of them have no value in a record. */
  countNulls(source: SourceRecord, nulls: number[]): void
  /** Whether a value of a source field, by the last name of its place, may be shown outside of records. */
  mayShow(field: string): boolean
}

export interface MappingTest {
  readonly in: string
  readonly out: string
}

/** What was written: a text, or the bytes of a workbook. */
export interface WrittenContent {
  readonly contentType: string
  /** Empty where it is a workbook. */
  readonly text: string
  readonly bytes?: Uint8Array
}

/** One message that a backward mapping wrote. */
export interface Written extends WrittenContent {
  /** Places of its records among those that were given, in the order of the message. */
  readonly records: readonly number[]
  /** Name of the file that holds it, where the mapping names one; null where the records lack what the name is made of. */
  readonly file?: string | null
}

export type WrittenFormat = 'json' | 'xml' | 'csv' | 'xlsx'

/** What writing is told beside the records. */
export interface WriteContext {
  /** What was found for each record, by the names under `related:`. */
  readonly related?: readonly Row[]
  /** Facts of each message, by its place among those that come out. */
  readonly sending?: (message: number) => Sending
  /** Signature of the text of a message. */
  readonly sign?: (text: string) => string | null
}

/** What is true of one message that is sent. */
export interface Sending {
  /** Time of sending, in the form of `When.at`. */
  readonly at: string
  /** A text that no other message has. */
  readonly nonce: string
  /** A number that no other message has, in at least six digits. */
  readonly number: string
}

/** Codes of a source and what they stand for; a file under `tables/`. */
export interface CodeTable {
  readonly name: string
  readonly rows: readonly CodeRow[]
}

export interface CodeRow {
  readonly code: string
  readonly value: string
  /** First and last day on which the row counts, `YYYY-MM-DD`, both included. */
  readonly from?: string
  readonly to?: string
}

/** What `compileMapping` is given. It reads no file itself. */
export interface MappingFile {
  readonly path: string
  readonly text: string
  /** The system that the file belongs to; a mapping of another one is a mistake. */
  readonly system?: SystemFile
  /** Code tables by the name under which `lookup` calls them. */
  readonly tables?: Readonly<Record<string, CodeTable>>
  /** Turns a citizen identity number into a digest that cannot be turned back; without it such numbers are left out. */
  readonly keyedHash?: (text: string) => string
  /** What persons decided of the names of products. */
  readonly productAliases?: ProductAliases
}

export interface Compilation {
  /** Null where the file has a mistake. */
  readonly mapping: CompiledMapping | null
  readonly mistakes: Mistake[]
}
