import { chineseReason } from './mapping/reasons.ts'
import { DATABASE_TWINS } from './source-twins/databases.ts'
import { FOLDER_TWINS } from './source-twins/folders.ts'
import { INTERFACE_TWINS } from './source-twins/interfaces.ts'
import { twinFinder } from './twin-finder.ts'

const found = twinFinder([...DATABASE_TWINS, ...FOLDER_TWINS, ...INTERFACE_TWINS], chineseOfSource)

/** The Chinese twin of why a source was not read or a receiver not reached; the words of others stay as they are. */
export function chineseOfSource(english: string): string {
  const twin = found(english)
  // Of what others say nothing is Chinese but the signs between.
  return twin !== undefined && /\p{Script=Han}/u.test(twin) ? twin : chineseReason(english)
}
