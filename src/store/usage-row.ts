/** Class and code of goods, as their records know them. */
export interface UsedGoods {
  readonly productClass: string | null
  readonly productCode: string | null
}

export interface UsageRow extends UsedGoods {
  readonly n: number
  readonly kind: string
  readonly system: string
  readonly site: string
  readonly siteName: string | null
  /** Of a place with a code (GB/T 2260); empty where its records tell none. */
  readonly region: string
  /** By which its records name the paper. */
  readonly type: string
  /** Digest of who had the goods there: who took them in, or sold them; null also where one system alone tells of the paper, or of too many. */
  readonly holder: string | null
  /** What left under the paper: dispatches, and sales at its beginning. */
  readonly isSent: boolean
  readonly unit: string | null
  /** The other papers of the same type under which the same records have the same goods; null: this paper alone. */
  readonly beside: readonly string[] | null
  readonly records: number
  readonly firstHand: number
  /** Entries of which nobody says who gave the goods, while sales name the paper: they came straight under it, or were bought in one of these. */
  readonly isUnsure: boolean
  /** Of what came straight under the paper, and of what is unsure. */
  readonly mass: string | null
  readonly count: string | null
  /** What sales told, straight under the paper or not. */
  readonly soldMass: string | null
  readonly soldCount: string | null
  readonly soldUnweighed: boolean
  /** Of that what was sold to nobody knows whom. */
  readonly namelessMass: string | null
  readonly namelessCount: string | null
  /** What buyers tell to have taken in of such sales. */
  readonly takenMass: string | null
  readonly takenCount: string | null
  /** Of entries of somebody who entered more than is told to have been sold to him, which count as if they had come straight under the paper. */
  readonly bought: BoughtRow | null
  /** Whether these came in when all that went back of it had. */
  readonly isLate: boolean
  readonly dayMass: string | null
  readonly dayCount: string | null
  /** Whether some of it came back, and whether some did of which the mass is not told. */
  readonly cameBack: boolean
  readonly cameBackUnweighed: boolean
  readonly firstOn: string | null
  readonly lastOn: string | null
  readonly expired: number
  readonly beforeIssue: number
  readonly outside: number
  readonly otherPlate: number
}

/** What was sold to one buyer: at the most, and what is left of it without what went back. Null in units in which some of it is not told. */
export interface BoughtRow {
  readonly buyer: string
  readonly mass: string | null
  readonly count: string | null
  readonly unit: string | null
  readonly keptMass: string | null
  readonly keptCount: string | null
}
