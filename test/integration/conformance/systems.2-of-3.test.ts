import { testConformance } from '#test/conformance.ts'

testConformance(1, 3)
