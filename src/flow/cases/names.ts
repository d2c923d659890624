/** Row in `followers` of the one that takes tests in their turn, and lets cases be made anew that a change touches. */
export const CASES_FOLLOWER = 'cases'
/** Row of the one that takes tests before their turn: up to which place of the log it took them. */
export const URGENT_FOLLOWER = 'cases-urgent'
