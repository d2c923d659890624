import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take longest, by their path under `test/`, however short they are: whole hubs that are killed, leases that run out. A worker
 * that began one of them last would be left alone with it.
 */
const LONG = [
  'faults/round.test.ts',
  'e2e/demo.test.ts',
  'integration/jobs/jobs.test.ts',
  'integration/faults/killed-cases.test.ts',
  'integration/faults/killed.test.ts',
  'unit/hostile/fuzz.test.ts',
  'integration/large/killed.test.ts',
  'integration/jobs/faults.test.ts',
  'integration/jobs/wrong-clock.test.ts',
  'integration/jobs/followers.test.ts',
  'integration/api/any-input.test.ts',
]

/** The long ones first, those of one project together, then the others as vitest puts them: largest first, or longest as it remembers. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const groups = Map.groupBy(sorted, ({ project }) => project.config.sequence.groupOrder)
    return [...groups.values()].flatMap((group) => {
      const [long, rest] = [group.filter(isLong), group.filter((file) => !isLong(file))]
      return [...long, ...rest]
    })
  }
}

const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((end) => moduleId.endsWith(`/${end}`))
