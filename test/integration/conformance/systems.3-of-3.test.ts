import { testConformance } from '#test/conformance.ts'

testConformance(2, 3)
