import { exampleBench } from '#test/adapters/example/bench.ts'
import { adapterConformance } from '#test/adapters/suite.ts'

adapterConformance(exampleBench())
