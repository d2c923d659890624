import { pipeline, Readable } from 'node:stream'
import { type Options, parse } from 'csv-parse'
import { isPlain, type PlainDialect, plainLines, wholeLines } from './plain.ts'

/** Some rows of a table, each as its cells, or as its line where it is divided by nothing but the delimiter. */
export type RowBatch =
  | { readonly lines: readonly string[]; readonly cells: null }
  | { readonly lines: null; readonly cells: readonly (readonly string[])[] }

const CELLS_AT_ONCE = 100

/**
 * The rows of a text that comes in pieces. As long as there is no quotation mark, and few files have one, a line is a row and the
 * delimiter divides it, which costs a tenth of what the library needs; from the first piece with one on the library reads.
 */
export async function* rowBatches(
  first: string,
  pieces: AsyncIterator<string>,
  dialect: PlainDialect & { readonly quote: string | null; readonly lineMax: number },
  settings: Options,
): AsyncGenerator<RowBatch> {
  let rest = ''
  let piece = first
  for (;;) {
    if (!isPlain(piece, dialect.quote) || rest.length > dialect.lineMax) {
      yield* parsed(rest + piece, pieces, settings)
      return
    }
    rest += piece
    // A long line comes in many pieces and is put together once.
    const end = piece.includes('\n') ? wholeLines(rest) : 0
    if (end > 0) yield { lines: plainLines(rest.slice(0, end), dialect), cells: null }
    rest = rest.slice(end)
    const { value, done } = await pieces.next()
    if (done === true) break
    piece = value
  }
  if (rest !== '') yield { lines: plainLines(rest, dialect), cells: null }
}

async function* parsed(
  text: string,
  pieces: AsyncIterator<string>,
  settings: Options,
): AsyncGenerator<RowBatch> {
  const parser = parse(settings)
  // The error reaches the loop below through the parser itself.
  pipeline(Readable.from(from(text, pieces)), parser, () => undefined)
  let cells: string[][] = []
  for await (const row of parser) {
    cells.push(row as string[])
    if (cells.length < CELLS_AT_ONCE) continue
    yield { lines: null, cells }
    cells = []
  }
  if (cells.length > 0) yield { lines: null, cells }
}

async function* from(text: string, pieces: AsyncIterator<string>): AsyncGenerator<string> {
  yield text
  for (;;) {
    const { value, done } = await pieces.next()
    if (done === true) return
    yield value
  }
}
