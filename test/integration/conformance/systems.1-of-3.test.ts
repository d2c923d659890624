import { testConformance } from '#test/conformance.ts'

testConformance(0, 3)
