import { lstat, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenSource } from './source.ts'

const FILE_ROWS = 2000
const LINE_END = 10

/** Trades as lines of JSON in files of a local folder. */
export const openFiles: OpenSource = async (make, rows, { folder }) => {
  const place = join(folder, 'source-files')
  await mkdir(place, { recursive: true })
  const old = new Date(Date.now() - 3_600_000)
  for (let from = 0, n = 0; from < rows; from += FILE_ROWS, n++) {
    const lines = Array.from({ length: Math.min(FILE_ROWS, rows - from) }, () => JSON.stringify(make()))
    const file = join(place, `trades_${String(n).padStart(5, '0')}.ndjson`)
    await writeFile(file, `${lines.join('\n')}\n`)
    await utimes(file, old, old)
  }
  return {
    adapter: 'files',
    title: 'files of a local folder',
    bareTitle: 'lstat and readFile of each',
    record: 'trade-ndjson',
    rows,
    settings: {
      protocol: 'local',
      folder: place,
      files: [{ name: '*.ndjson' }],
      finished: 'rename',
      after: 'leave',
      order: 'name',
    },
    allowAddress: [],
    folders: [folder],
    async bare() {
      let count = 0
      for (const name of (await readdir(place)).sort()) {
        // Without it nobody knows which of them are finished, or new.
        const { size } = await lstat(join(place, name))
        const bytes = await readFile(join(place, name))
        if (bytes.length !== size) throw new Error(`${name} is not as it was`)
        for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++
      }
      return count
    },
    close: () => rm(place, { recursive: true }),
  }
}
