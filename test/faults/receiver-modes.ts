import type { Random } from './random.ts'

/** How a receiver behaves for a while. */
export const MODES = [
  'well',
  'slow',
  'breaks down',
  'too many requests',
  'hangs up after reading',
  'partial answers',
  'other order',
  'puts off',
  'refuses some',
  'refuses batches',
  'garbage',
  'off',
] as const
export type Mode = (typeof MODES)[number]

/** What is done with one request: the answer, and before it what is noted of each change. */
export interface Plan {
  readonly waitMs: number
  /** False where the request is turned away as a whole. */
  readonly looks: boolean
  readonly hangsUp: boolean
  /** In the place of the verdicts. */
  readonly answer: {
    readonly status: number
    readonly headers: Record<string, string>
    readonly body: string
  } | null
  readonly shuffles: boolean
  /** Shares of changes that are put off, refused, or left out of the answer. */
  readonly putsOff: number
  readonly refuses: number
  readonly withholds: number
}

const WELL: Plan = {
  waitMs: 0,
  looks: true,
  hangsUp: false,
  answer: null,
  shuffles: false,
  putsOff: 0,
  refuses: 0,
  withholds: 0,
}
const whole = (status: number, body = '', headers: Record<string, string> = {}): Partial<Plan> => ({
  answer: { status, headers, body },
  looks: false,
})

/** The plan for a request with so many changes. */
export function planOf(mode: Mode, changes: number, random: Random): Plan {
  switch (mode) {
    case 'slow':
      return { ...WELL, waitMs: random.whole(100, 1200) }
    case 'breaks down':
      return { ...WELL, ...whole(random.pick([500, 502, 503])) }
    case 'too many requests':
      return { ...WELL, ...whole(429, '', { 'retry-after': '1' }) }
    case 'hangs up after reading':
      return { ...WELL, hangsUp: true, withholds: 1 }
    case 'partial answers':
      return { ...WELL, withholds: 0.3 }
    case 'other order':
      return { ...WELL, shuffles: true }
    case 'puts off':
      return { ...WELL, putsOff: 0.3, shuffles: true }
    case 'refuses some':
      return { ...WELL, refuses: 0.1 }
    case 'refuses batches':
      return changes > 1 ? { ...WELL, ...whole(422, '{}') } : { ...WELL, refuses: 0.2 }
    case 'garbage':
      // It took everything, and nobody can read its answer.
      return {
        ...WELL,
        withholds: 1,
        answer: {
          status: 200,
          headers: { 'content-type': 'text/html' },
          body: random.pick(['<html>ok</html>', '', '{"results":{}}', '[1,', '{"results":[{"event":1}]}']),
        },
      }
    default:
      return WELL
  }
}
