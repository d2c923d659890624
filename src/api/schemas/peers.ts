import Type from 'typebox'
import { field } from '#core/model/field.ts'
import { component, text } from './fields.ts'

export const ChangesTaken = field(
  Type.Object({
    results: field(
      Type.Array(
        Type.Object({
          event: text(['Event', '事件标识']),
          verdict: field(Type.Enum(['ok', 'duplicate', 'retry', 'reject']), ['Verdict', '结论']),
          code: Type.Optional(
            text(['Code', '代码'], ['`stored_as_claim`, `origin_not_carried` …', '如 stored_as_claim']),
          ),
          detail: Type.Optional(text(['Detail', '说明'])),
        }),
      ),
      ['Results', '处理结果'],
    ),
  }),
  ['Verdicts on changes', '变更处理结果'],
)

const peer = {
  system: text(['System', '系统标识']),
  hub: text(['Hub', '平台标识']),
  carries: field(
    Type.Array(Type.String()),
    ['Carries', '可转送的平台'],
    ['Hubs whose records it may bring beside its own', '除自身外，可带来哪些平台的记录'],
  ),
}

export const Peer = field(Type.Object(peer), ['Peer', '对端平台'])

export const Hub = field(
  Type.Object({
    id: text(['Identifier', '平台标识'], ['HUB_ID; it never changes', '即 HUB_ID，不再变更']),
    peers: field(Type.Array(component('Peer')), ['Peers', '对端平台列表']),
  }),
  ['This hub', '本平台'],
)

export const JoinedPeer = field(
  Type.Object({
    ...peer,
    path: text(
      ['Path', '接收路径'],
      ['Where the peer posts its changes to this hub', '对端平台向本平台推送变更的路径'],
    ),
    key: text(
      ['Key', '密钥'],
      [
        'For the peer, as the token of its link; shown only now',
        '交给对端平台作为其链路的令牌，仅此一次显示',
      ],
    ),
  }),
  ['Joined peer', '已互联的平台'],
)
