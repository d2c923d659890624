/** Callers of the matrix, by what they bring. `own` is the system, region or link of the test; `other` is somebody else's. */
export const CALLERS = [
  'anonymous',
  'wrong',
  'revoked',
  'expired',
  'push own',
  'push other',
  'read own',
  'read other',
  'region own',
  'link own',
  'link other',
  'case',
  'audit',
  // Operators, whose roles are scopes.
  'system',
  'security',
  'read',
  'admin',
] as const
export type Caller = (typeof CALLERS)[number]

export const IDS = ['own', 'other', 'absent'] as const
export type Id = (typeof IDS)[number]

/** `pass`: neither refused nor a failure of the hub. `found`: 200. The rest are statuses. */
export type Answer = 'public' | 'pass' | 'found' | 200 | 401 | 403 | 404

export interface Row {
  /** Which identifiers the path holds; absent: those of nothing, or none. */
  readonly of?: Subject
  /** Callers beside `admin` who get through whatever identifier they ask for. */
  readonly all?: readonly Caller[]
  /** Callers who get through for their own alone; by the identifiers that are theirs. */
  readonly theirs?: Readonly<Partial<Record<Caller, readonly Id[]>>>
  /** What those callers are answered for what is not theirs (404 where nothing is said). */
  readonly foreign?: 403 | 404
  /** Of those callers the ones that are answered for what is not theirs with an empty list (200). */
  readonly empty?: readonly Caller[]
  readonly isPublic?: true
  /** Who gets through finds what is there and 404 for what is absent: reads of one thing. */
  readonly finds?: true
  /** Nothing of the kind is there in the test: whoever gets through is told so. */
  readonly isNowhere?: true
  /** What is sent, with the identifier in it where the path has none. */
  readonly sends?: (id: string) => unknown
  /** Added to the path, with the identifier where the path has none. */
  readonly query?: (id: string) => string
}

/** Kinds of things that are there in the test as own and other. */
export type Subject =
  | 'system'
  | 'record'
  | 'receipt'
  | 'link'
  | 'lot'
  | 'paper'
  | 'case'
  | 'market'
  | 'region'
  | 'report'
  | 'party'
  | 'site'

const OPEN: Row = { isPublic: true }
const SYSTEM: Row = { all: ['system'] }
const SECURITY: Row = { all: ['security'] }
const SECURITY_AUDIT: Row = { all: ['security', 'audit'] }
const READ: Row = { all: ['read'] }
const CASE: Row = { all: ['case'] }
const READ_AUDIT: Row = { all: ['read', 'audit'] }
const AUDIT: Row = { all: ['audit'] }
const SYSTEM_OF = (of: Subject): Row => ({ ...SYSTEM, of })
const SECURITY_OF = (of: Subject): Row => ({ ...SECURITY, of })
const SECURITY_AUDIT_OF = (of: Subject): Row => ({ ...SECURITY_AUDIT, of })
const READ_OF = (of: Subject): Row => ({ of, all: ['read'] })
/** A list: everyone who sees anything gets it, cut to what is theirs (sight.test.ts says what that is). */
const SEEN_LIST: Row = { all: ['read', 'read own', 'read other', 'region own'] }
/** The same, and officials, who see every case. */
const SEEN_OR_CASE: Row = { all: [...(SEEN_LIST.all ?? []), 'case'] }
/** Figures of a region: one that is not the caller's has none, like one of which nothing was told. */
const SEEN_REGION: Row = { all: ['read', 'region own'], of: 'region', query: (region) => `?region=${region}` }
/** Who sees a part, whatever it sees. */
const SIGHTED: readonly Caller[] = ['read own', 'read other', 'region own']
const NO_SIGHT: Row['theirs'] = { 'read own': [], 'read other': [], 'region own': [] }
const CASE_ROW: Row = { of: 'case', all: ['read', 'case'], finds: true }
const PUSH: Row = { of: 'system', theirs: { 'push own': ['own'], 'push other': ['other'] }, foreign: 403 }
/** What is of a system alone. */
const SEEN_SYSTEM: Row = {
  of: 'system',
  all: ['read'],
  theirs: { 'read own': ['own'], 'read other': ['other'], 'region own': [] },
  finds: true,
}
/** What is of a record: seen by its system and its region. */
const SEEN = (of: Subject): Row => ({
  of,
  all: ['read'],
  theirs: { 'read own': ['own'], 'read other': ['other'], 'region own': ['own'] },
  finds: true,
})
const LINK: Row = {
  of: 'link',
  all: ['read'],
  theirs: { 'link own': ['own'], 'link other': ['other'] },
  foreign: 403,
}
/** What is held of the records that a caller sees. */
const HELD: Row = { ...LINK, theirs: { ...LINK.theirs, ...NO_SIGHT }, empty: SIGHTED }
/** Notices of a case that a caller sees: of its holds, to receivers in his sight. */
const NOTICES: Row = {
  of: 'case',
  all: ['read'],
  theirs: { 'read own': ['own'], 'read other': ['other'], 'region own': ['own'] },
  finds: true,
}
/** Seen by the key that sent it, and by who sees its system. */
const RECEIPT: Row = {
  of: 'receipt',
  all: ['read'],
  theirs: {
    'push own': ['own'],
    'push other': ['other'],
    'read own': ['own'],
    'read other': ['other'],
    ...Object.fromEntries(
      ['region own', 'link own', 'link other', 'case', 'audit', 'system', 'security'].map((caller) => [
        caller,
        [],
      ]),
    ),
  },
  finds: true,
}

/** The right answer of each route for each caller and identifier. A route that is not here fails the test. */
export const ROWS: Readonly<Record<string, Row>> = {
  'GET /healthz': OPEN,
  'GET /readyz': OPEN,
  'GET /metrics': {},
  'GET /t/{code}': OPEN,
  'GET /t/{code}/labels': OPEN,
  'GET /t/{code}/qr.svg': OPEN,
  'GET /t/{code}/qr.png': OPEN,
  'GET /public/v1/trace/{code}': OPEN,
  'POST /oauth/token': OPEN,
  'POST /v1/systems/{system}/records/{record}': PUSH,
  'GET /v1/systems/{system}/records/{record}': PUSH,
  'POST /v1/records': {
    ...PUSH,
    sends: (system) => [{ kind: 'sale', system, key: ['MATRIX'] }],
    theirs: {
      ...PUSH.theirs,
      ...Object.fromEntries(
        [
          'read own',
          'read other',
          'region own',
          'link own',
          'link other',
          'case',
          'audit',
          'system',
          'security',
          'read',
        ].map((caller) => [caller, []]),
      ),
    },
  },
  'GET /v1/records': { ...SEEN_LIST, of: 'system', query: (system) => `?system=${system}` },
  'GET /v1/receipts/{id}': RECEIPT,
  'GET /v1/messages/{id}': { of: 'receipt', finds: true },
  'GET /v1/records/{id}': SEEN('record'),
  'GET /v1/changes': {
    of: 'link',
    query: (link) => `?link=${link}`,
    all: ['read'],
    theirs: {
      'link own': ['own'],
      'link other': ['other'],
      'read own': [],
      'read other': [],
      'region own': [],
    },
    finds: true,
  },
  'GET /v1/lots/{code}': SEEN('lot'),
  'GET /v1/trace/{code}': SEEN('lot'),
  'GET /v1/trace/{code}/picture.svg': SEEN('lot'),
  'GET /v1/trace/{code}/sheet.xlsx': SEEN('lot'),
  'GET /v1/documents/required': SEEN_LIST,
  'GET /v1/documents/{number}': SEEN('paper'),
  'GET /v1/documents/{type}/{number}': SEEN('paper'),
  'POST /v1/documents/check': { ...SEEN_LIST, of: 'paper', sends: (number) => ({ papers: [{ number }] }) },
  'POST /v1/recalls/rehearse': { ...SEEN('paper'), sends: (number) => ({ document: number }) },
  'POST /v1/recalls/rehearse.xlsx': { ...SEEN('paper'), sends: (number) => ({ document: number }) },
  'GET /v1/cases': SEEN_OR_CASE,
  'POST /v1/cases': CASE,
  'GET /v1/cases/{id}': {
    ...CASE_ROW,
    theirs: { 'read own': ['own'], 'read other': ['other'], 'region own': ['own'] },
  },
  'POST /v1/cases/{id}/events': CASE,
  'POST /v1/holds/{id}/acknowledgements': {
    // The receiver is named in the body: a link speaks for itself alone, and no hold was told to it.
    of: 'link',
    sends: (link) => ({ receiver: `link:${link}`, action: 'stopped_sale' }),
    theirs: { 'link own': ['own'], 'link other': ['other'] },
    foreign: 403,
    isNowhere: true,
  },
  'GET /v1/recalls/{case}/notices': NOTICES,
  'GET /v1/recalls/{case}/notices.csv': NOTICES,
  'GET /v1/recalls/{case}/notices.xlsx': NOTICES,
  'GET /v1/rejections': { ...SEEN_LIST, of: 'system', query: (system) => `?system=${system}` },
  'GET /v1/rejections/groups': { ...SEEN_LIST, of: 'system', query: (system) => `?system=${system}` },
  'GET /v1/systems': SEEN_LIST,
  'POST /v1/systems': SYSTEM,
  'GET /v1/systems/{id}': SEEN_SYSTEM,
  'PATCH /v1/systems/{id}': SYSTEM_OF('system'),
  'POST /v1/systems/{id}/check': SYSTEM_OF('system'),
  'GET /v1/adapters': READ,
  'GET /v1/channels': READ,
  'GET /v1/systems/{system}/channels/{channel}': READ_OF('system'),
  'PATCH /v1/systems/{system}/channels/{channel}': SYSTEM_OF('system'),
  'POST /v1/systems/{system}/channels/{channel}/check': SYSTEM_OF('system'),
  'POST /v1/systems/{system}/channels/{channel}/run': SYSTEM_OF('system'),
  'POST /v1/systems/{system}/channels/{channel}/scan': SYSTEM_OF('system'),
  'POST /v1/systems/{system}/channels/{channel}/reset': SYSTEM_OF('system'),
  'GET /v1/systems/{id}/waiting': SEEN_SYSTEM,
  'GET /v1/systems/{id}/quality': SEEN_SYSTEM,
  'GET /v1/systems/{id}/drift': SEEN_SYSTEM,
  'GET /v1/supervision/days': SEEN_REGION,
  'GET /v1/supervision/days/{day}': SEEN_REGION,
  'GET /v1/supervision/days/{day}/sheet.xlsx': SEEN_REGION,
  'GET /v1/supervision/days/{day}/sheet.csv': SEEN_REGION,
  'GET /v1/supervision/days/{day}/markets': SEEN_LIST,
  'GET /v1/supervision/reports': SEEN_LIST,
  'POST /v1/supervision/reports': CASE,
  'GET /v1/supervision/reports/{id}': {
    of: 'report',
    all: ['read'],
    theirs: { 'read own': [], 'read other': [], 'region own': ['own'] },
    finds: true,
  },
  'GET /v1/inspections': SEEN_LIST,
  'POST /v1/inspections': CASE,
  'PUT /v1/inspections/{id}': CASE,
  'POST /v1/inspections/{id}/void': CASE,
  'GET /v1/findings': SEEN_LIST,
  'GET /v1/findings/{id}': { ...SEEN_LIST, isNowhere: true },
  'POST /v1/findings/{id}/events': CASE,
  'GET /v1/lots/{code}/balance': SEEN('lot'),
  'GET /v1/balance': { ...SEEN_LIST, of: 'market', query: (market) => `?site=${market}&day=2026-07-15` },
  'GET /v1/parties': SEEN_LIST,
  'GET /v1/parties/suggestions': SEEN_LIST,
  'GET /v1/parties/{id}': SEEN('party'),
  'POST /v1/parties/{id}/aliases': SYSTEM,
  'DELETE /v1/parties/{id}/aliases/{decision}': SYSTEM,
  'GET /v1/sites': SEEN_LIST,
  'GET /v1/sites/suggestions': SEEN_LIST,
  'GET /v1/sites/{id}': SEEN('site'),
  'POST /v1/sites/{id}/aliases': SYSTEM,
  'DELETE /v1/sites/{id}/aliases/{decision}': SYSTEM,
  'GET /v1/products/unknown': SEEN_LIST,
  'GET /v1/products/aliases': SEEN_LIST,
  'POST /v1/products/aliases': SYSTEM,
  'DELETE /v1/products/aliases/{id}': SYSTEM,
  'POST /v1/mappings/try': READ,
  'POST /v1/systems/{id}/mappings': SYSTEM_OF('system'),
  'GET /v1/systems/{id}/mappings': READ_OF('system'),
  'GET /v1/systems/{id}/mappings/{record}/{version}': READ_OF('system'),
  'POST /v1/systems/{id}/mappings/{record}/{version}/activate': SYSTEM_OF('system'),
  'POST /v1/systems/{id}/mappings/{record}/{version}/retire': SYSTEM_OF('system'),
  'POST /v1/systems/{id}/mappings/{record}/rollback': SYSTEM_OF('system'),
  'GET /v1/systems/{id}/history': SYSTEM_OF('system'),
  'POST /v1/replays': SYSTEM,
  'GET /v1/replays': SYSTEM,
  'GET /v1/replays/{id}': SYSTEM,
  'GET /v1/links': READ,
  'POST /v1/links': SYSTEM,
  'GET /v1/links/{id}': { ...LINK, finds: true },
  'PATCH /v1/links/{id}': SYSTEM_OF('link'),
  'DELETE /v1/links/{id}': SYSTEM_OF('link'),
  'POST /v1/links/{id}/pause': SYSTEM_OF('link'),
  'POST /v1/links/{id}/resume': SYSTEM_OF('link'),
  'GET /v1/links/{id}/deliveries': LINK,
  'GET /v1/links/{id}/held': HELD,
  'GET /v1/links/{id}/held/groups': HELD,
  'GET /v1/links/{id}/held/change': {
    of: 'link',
    all: ['read'],
    theirs: NO_SIGHT,
    query: () => '?record=x&version=1',
    isNowhere: true,
  },
  'POST /v1/links/{id}/held/resend': SYSTEM_OF('link'),
  'POST /v1/links/{id}/held/drop': SYSTEM_OF('link'),
  'POST /v1/links/{id}/backfill': SYSTEM_OF('link'),
  'GET /v1/links/{id}/backfills': LINK,
  'GET /v1/links/{id}/backfills/{backfill}': LINK,
  'POST /v1/links/{id}/backfills/{backfill}/cancel': SYSTEM_OF('link'),
  'POST /v1/links/{id}/secrets': SECURITY_OF('link'),
  'GET /v1/hub': { all: [...CALLERS.slice(4)] },
  'GET /v1/records/{id}/road': READ_OF('record'),
  'POST /v1/peers': SYSTEM,
  'POST /v1/peers/{system}/changes': PUSH,
  'POST /v1/peers/{system}/changes/counts': PUSH,
  'POST /v1/peers/{system}/changes/keys': PUSH,
  'GET /v1/systems/{id}/rhythm': READ_OF('system'),
  'GET /v1/alerts': READ,
  'GET /v1/alert-rules': READ,
  'PATCH /v1/alert-rules': SYSTEM,
  'GET /v1/alert-targets': SYSTEM,
  'POST /v1/alert-targets': SYSTEM,
  'DELETE /v1/alert-targets/{id}': SYSTEM,
  'GET /v1/claims': READ,
  'GET /v1/claims/{id}': READ,
  'POST /v1/claims/{id}/accept': SYSTEM,
  'POST /v1/claims/{id}/refuse': SYSTEM,
  'POST /v1/reconciliations': {
    of: 'link',
    sends: (link) => ({ link }),
    theirs: { 'link own': ['own'], 'link other': ['other'] },
    foreign: 403,
  },
  'GET /v1/reconciliations': { all: ['read', 'push own', 'push other', 'link own', 'link other'] },
  'GET /v1/reconciliations/{id}': {
    all: ['read'],
    theirs: { 'push own': [], 'push other': [], 'link own': [], 'link other': [] },
  },
  'POST /v1/reconciliations/{id}/resend': {
    all: ['read'],
    theirs: { 'push own': [], 'push other': [], 'link own': [], 'link other': [] },
  },
  'GET /v1/systems/{id}/wanted': { ...PUSH, all: ['read'] },
  'POST /v1/keys': SECURITY,
  'GET /v1/keys': SECURITY_AUDIT,
  'POST /v1/keys/{id}/rotate': SECURITY,
  'DELETE /v1/keys/{id}': SECURITY,
  'GET /v1/audit/log': AUDIT,
  'GET /v1/audit/heads': READ_AUDIT,
  'GET /v1/audit/consistency': READ_AUDIT,
  'GET /v1/receipts/{id}/proof': {
    ...RECEIPT,
    all: ['read', 'audit'],
    theirs: Object.fromEntries(Object.entries(RECEIPT.theirs ?? {}).filter(([caller]) => caller !== 'audit')),
  },
  'GET /v1/audit/anchors': AUDIT,
  'POST /v1/audit/anchors': SECURITY,
  'DELETE /v1/audit/anchors/{id}': SECURITY,
  'GET /v1/evidence/{type}/{id}': READ,
  'GET /v1/retention': SECURITY_AUDIT,
  'PATCH /v1/retention': SECURITY,
  'GET /v1/retention/holds': SECURITY_AUDIT,
  'POST /v1/retention/holds': SECURITY,
  'DELETE /v1/retention/holds/{id}': SECURITY,
  'GET /v1/systems/{id}/signing-keys': SECURITY_AUDIT_OF('system'),
  'POST /v1/systems/{id}/signing-keys': SECURITY_OF('system'),
  'PATCH /v1/systems/{id}/signing-keys': SECURITY_OF('system'),
  'DELETE /v1/systems/{id}/signing-keys/{key}': SECURITY_OF('system'),
  'POST /v1/personal/erasures': SECURITY,
  'GET /v1/personal/rules': SECURITY_AUDIT,
  'POST /v1/personal/rules': SECURITY,
  'POST /v1/personal/rules/preview': SECURITY,
  'DELETE /v1/personal/rules/{id}': SECURITY,
  'GET /v1/partners': SECURITY_AUDIT,
  'POST /v1/partners': SECURITY,
  'PATCH /v1/partners/{id}': SECURITY,
  'DELETE /v1/partners/{id}': SECURITY,
  'DELETE /v1/partner-certificates/{fingerprint}': SECURITY,
  'GET /v1/hub/egress': SECURITY_AUDIT,
  'PUT /v1/hub/egress': SECURITY,
  'GET /v1/operators': SECURITY_AUDIT,
  'POST /v1/operators': SECURITY,
  'POST /v1/operators/{id}/enrolment': SECURITY,
  'DELETE /v1/operators/{id}': SECURITY,
  'DELETE /v1/operators/{id}/sessions': SECURITY,
  'GET /v1/trust': { all: ['read', 'security'] },
  'POST /v1/trust/anchors': SECURITY,
  'DELETE /v1/trust/anchors/{fingerprint}': SECURITY,
  'POST /v1/trust/lists': SECURITY,
  'POST /v1/documents/verify': READ,
  'GET /v1/oauth-clients': SECURITY_AUDIT,
  'POST /v1/oauth-clients': SECURITY,
  'PATCH /v1/oauth-clients/{id}': SECURITY,
  'DELETE /v1/oauth-clients/{id}': SECURITY,
}

/** Whether a caller gets through to what an identifier names, whether or not there is such a thing. */
export function getsThrough(row: Row, caller: Caller, id: Id): boolean {
  if (row.isPublic || caller === 'admin') return true
  return (
    CALLERS.indexOf(caller) >= 4 && (row.all?.includes(caller) || row.theirs?.[caller]?.includes(id)) === true
  )
}

/** What a caller is answered for an identifier. */
export function answerOf(row: Row, caller: Caller, id: Id): Answer {
  if (row.isPublic) return 'public'
  if (CALLERS.indexOf(caller) < 4) return 401
  if (!getsThrough(row, caller, id)) {
    if (row.empty?.includes(caller)) return 200
    return row.theirs?.[caller] ? (row.foreign ?? 404) : 403
  }
  if (row.isNowhere || (row.finds && id === 'absent')) return 404
  return row.finds ? 'found' : 'pass'
}
