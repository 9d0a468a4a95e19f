unknown = 알 수 없음
krw = { $amount }원
span-days = { $n }일
span-hours = { $n }시간
span-minutes = { $n }분
span-seconds = { $n }초
until = { $at }까지
everything = 전체
usage = 사용법: { $usage }
example = 예: { $example }
change = { $key }: { $old } → { $new }
origin-environment = 환경 변수
origin-default = 기본값
value-yes = 예
value-no = 아니오
setting-slip = ⚠️ 설정 이름 { $name }: 없는 이름이라 무시합니다.
setting-slip-near = ⚠️ 설정 이름 { $name }: 없는 이름이라 무시합니다. 혹시 { $near } 인가요?
access-owners = { $channel }: 소유자 { $count }명이 사용할 수 있습니다.

### 사람과 권한
role-nobody = 권한 없음
role-viewer = 보기
role-trader = 거래
role-owner = 소유자
forbidden = 권한이 없습니다. { $role } 권한이 필요합니다.
stranger = 아직 이 봇을 쓸 수 없습니다.
stranger-id = 내 { $channel } ID: { $id }
stranger-code = 소유자가 /invite로 만든 코드를 받으면, 봇과의 1:1 대화에서 /pair 코드 를 보내세요.
stranger-list = 또는 소유자가 .env의 { $lists }_TRADERS나 { $lists }_VIEWERS에 이 번호를 넣고 다시 시작하면 됩니다: { $id }
role-anybody = 코드를 받은 사람
access-pair = { $channel }: 아직 소유자가 없습니다. 봇과의 1:1 대화에서 { $minutes }분 안에 보내세요: /pair { $code } (새 코드: python -m chatbot pair)
people-title = 사용자 { $count }명
people-none = 등록된 사람이 없습니다. 아래에서 초대하세요.
people-more = … 그 밖에 { $count }명
person-revoked = 차단됨
person-added-by = { $by }의 코드로 등록
person-added-at = 등록: { $at }
person-revoked-at = 차단: { $at } · { $by }
person-listed = 환경 변수 목록에 있어 채팅으로 지울 수는 없고, 차단하거나 권한을 바꿀 수 있습니다.
person-role-ask = { $person } – 권한을 바꿀까요? → { $role }
person-role-done = { $person }의 권한: { $role }
person-unchanged = { $person }의 권한은 이미 { $role }입니다.
person-restore-ask = { $person }에게 다시 { $role } 권한을 줄까요?
person-restored = { $person } – 다시 사용할 수 있습니다: { $role }
person-revoke-ask = { $person } – 차단할까요?
person-revoke-explained = 즉시 명령과 버튼을 쓸 수 없고, 소유자가 /resume 할 때까지 새 매수를 멈춥니다.
person-revoked-done = { $person } – 차단했습니다.
person-revoked-already = { $person }은(는) 이미 차단되어 있습니다.
person-frozen = 새 매수를 멈췄습니다. 다시 시작: /resume
person-tickets = 이 사람이 올린 제안 { $count }건을 거절했습니다.
person-last-warning = ⚠️ 마지막 소유자입니다. 채팅으로는 아무도 재개하거나 설정을 바꿀 수 없습니다. 새 소유자: python -m chatbot pair
invite-title = 초대 코드 ({ $role })
invite-line = 초대할 사람이 봇과의 1:1 대화(슬랙은 DM 또는 /trader)에서 보낼 명령: /pair { $code }
invite-expires = { $minutes }분 동안, 한 번만 쓸 수 있습니다. 그 사람에게만 전하세요.
paired-title = 등록되었습니다: { $role }
paired-line = 이제 명령을 쓸 수 있습니다.
paired-owner = 이제 모든 명령을 쓸 수 있고, 알림도 여기로 옵니다.
access-paired = 새로 등록됨
access-role = 권한 변경
access-revoked = 차단
access-restored = 차단 해제
access-guessed = 등록 코드를 추측하려 해서 코드를 모두 없앴습니다
notice-access-changed = 👤 { $what }: { $person }
notice-looked = { $person } { $line } → { $outcome }
detail-access-name = 이름: { $name }
detail-access-role = 권한: { $role }
detail-access-by = 처리: { $by }
cause-revoked = 사용자 차단
button-people = 사용자
button-commands = 명령 보기
button-invite = 초대: { $role }
button-role = → { $role }
button-revoke = ⛔ 차단
button-restore = 다시 허용
help-people = 사용자와 권한
help-revoke = 사용자를 바로 차단하고 매수 중단
help-invite = 초대 코드 만들기
help-pair = 코드로 등록
example-people = /people
example-revoke = /revoke telegram:123456789
example-invite = /invite trader
example-pair = /pair K7QMX-2PD9R
arg-person = 사람
arg-role = owner|trader|viewer
arg-role-change = 권한|restore
arg-pairing-code = 코드
group-people = 사람
error-person-unknown = 모르는 사람입니다: { $value } (목록: /people)
error-person-ambiguous = 여러 명입니다. ID로 정하세요: { $ids }
error-person-revoked = { $person }은(는) 차단되어 있습니다. 먼저 다시 허용하세요.
error-person-last-owner = { $person }은(는) 마지막 소유자입니다. 먼저 다른 소유자를 두거나, 서버에서 하세요: python -m chatbot revoke { $person }
error-role-unknown = 권한을 알 수 없습니다: { $value } (owner, trader, viewer)
error-invite-public = 코드는 다른 사람이 볼 수 있는 곳에 보여 주지 않습니다. 봇과의 1:1 대화에서 보내세요.
error-pairing-none = 지금 쓸 수 있는 코드가 없습니다. 소유자나 서버 운영자에게 새 코드를 받으세요.
error-pairing-wrong = 코드가 맞지 않거나 지났습니다. { $left }번 더 시도할 수 있습니다.
error-pairing-locked = 잘못된 코드를 너무 많이 보냈습니다. 소유자에게 초대를 다시 부탁하세요.
error-pairing-dead = 잘못된 코드가 너무 많아 모든 코드를 없앴습니다. 새 코드를 받으세요.
error-pairing-public = 코드를 여러 사람이 보는 곳에 보냈으므로 없앴습니다. 새 코드를 받아 봇과의 1:1 대화에서 보내세요.
error-pairing-useless = 이미 그 권한이 있습니다. 코드는 그대로 쓸 수 있습니다.
error-pairing-local = 서버에서는 이미 소유자입니다. 휴대폰에서 보내세요.
channel-telegram = 텔레그램
channel-slack = 슬랙
by-clock = 시간 경과
by-start = 첫 시작
by-guard = 자동 보호
by-storage = 장부를 쓸 수 없음
by-reconcile = 장부 대조
by-panic = 긴급 청산
by-rule = 자동 승인
by-silence = 무응답 규칙
by-console = 콘솔
by-shell = 셸
by-file = PANIC 파일
by-failsafe = 비상 안전 조치

### 상태
mode-sandbox = 모의(가상 시세)
mode-paper = 모의(실시간 시세)
mode-live = 실전
state-active = 거래 중
state-reducing = 일시정지(매수 중단)
state-halted = 정지
side-buy = 매수
side-sell = 매도
order-state-new = 작성됨
order-state-sent = 보냄
order-state-accepted = 미체결
order-state-partial = 일부 체결
order-state-unknown = 보냈으나 응답 없음, 확인 중
order-state-done = 체결 완료
order-state-cancelled = 취소됨
order-state-rejected = 거래소 거부
order-state-expired = 접수되지 않음
cause-manual = 직접 주문
cause-stop = 손절
cause-trail = 추적 손절
cause-breakeven = 본전 손절
cause-take = 익절
cause-max-hold = 보유 시간 초과
cause-panic = 긴급 청산
cause-failsafe = 비상 안전 조치
cause-pause-over = 일시정지 시간 종료
cause-not-compared-yet = 아직 장부와 거래소를 대조하지 못함
cause-no-comparison-for-long = 오랫동안 거래소와 대조하지 못함
cause-taken-out = 직접 옮김
cause-never-appeared-at-the-venue = 거래소에 나타나지 않음
cause-surfaced-late = 뒤늦게 나타남
cause-own-coins-sold = 봇의 몫을 넘어 직접 보유한 코인까지 팔림 (/reconcile 로 확인)
cause-open-after-all = 끝난 줄 알았으나 미체결
cause-create-bid-error = 거래소가 받지 않는 매수 주문
cause-create-ask-error = 거래소가 받지 않는 매도 주문
cause-insufficient-funds-bid = 원화 잔고 부족
cause-insufficient-funds-ask = 코인 잔고 부족
cause-under-min-total-bid = 최소 주문 금액 미만
cause-under-min-total-ask = 최소 주문 금액 미만
cause-under-min-total-market-bid = 최소 주문 금액 미만
cause-under-min-total-market-ask = 최소 주문 금액 미만
cause-over-krw-funds-bid = 거래소 최대 주문 금액 초과
cause-over-krw-funds-ask = 거래소 최대 주문 금액 초과
cause-invalid-price-bid = 호가 단위에 맞지 않는 가격
cause-invalid-price-ask = 호가 단위에 맞지 않는 가격
cause-invalid-volume-bid = 쓸 수 없는 수량
cause-invalid-volume-ask = 쓸 수 없는 수량
cause-invalid-time-in-force = 쓸 수 없는 주문 조건
cause-invalid-post-only = 쓸 수 없는 주문 조건
cause-volume-too-large = 너무 많은 수량
cause-duplicated-identifier = 같은 ID의 주문이 이미 있음
cause-notfoundmarket = 거래소에 없는 마켓
cause-invalid-parameter = 거래소가 받지 않는 요청
cause-validation-error = 거래소가 받지 않는 요청
cause-withdraw-address-not-registered = 등록되지 않은 출금 주소
cause-thirdparty-agreement-required = 업비트에서 먼저 동의해야 함
cause-invalid-query-payload = API 서명 오류
cause-nonce-used = API 서명이 두 번 쓰임
cause-jwt-verification = API 서명 오류(키 확인)
cause-invalid-access-key = 잘못된 API 키
cause-expired-access-key = 만료된 API 키
cause-no-authorization-ip = 허용되지 않은 IP(업비트 API 관리에서 추가)
cause-no-authorization-i-p = 허용되지 않은 IP(업비트 API 관리에서 추가)
cause-no-authorization-token = API 키 권한 부족
cause-out-of-scope = API 키 권한 부족
cause-open-api-withdraw-locked = API 키가 잠김
cause-market-offline = 거래소 점검 중
cause-order-not-found = 거래소에 없는 주문
cause-currency-not-found = 거래소에 없는 코인
cause-pocket-not-found = 거래소에 없는 계좌
cause-internal-server-error = 거래소 내부 오류
cause-too-many-requests = 거래소 요청 한도 초과
cause-venue-error = 거래소 오류
cause-venue-unreachable = 거래소에 연결되지 않음
cause-venue-busy = 거래소 요청 한도 초과
cause-venue-rejected = 거래소 거부
cause-venue-offline = 거래소 점검 중
cause-venue-blocked = 요청이 많아 거래소가 접속을 잠시 막음
cause-venue-forbidden = API 키 문제(만료, 권한, 허용 IP 확인)
cause-not-found = 거래소에 없음
cause-insufficient-funds = 잔고 부족
cause-below-minimum = 최소 주문 금액 미만
cause-invalid-order = 거래소가 받지 않는 주문
cause-duplicate-client-order-id = 같은 ID의 주문이 이미 있음
cause-outcome-unknown = 거래소 응답 없음
cause-timeout-error = 거래소 응답이 늦음
cause-order-pending = 같은 마켓의 주문이 진행 중
cause-price-moved = 가격이 허용 범위를 벗어남
cause-stale-quote = 현재 가격을 알 수 없음
cause-unreached = 제안이 아무에게도 전달되지 않음
cause-storage-failed = 장부를 쓸 수 없음(디스크 확인)
cause-books-locked = 다른 프로그램이 장부를 잡고 있음(그 프로그램을 끝내 주세요)
cause-disk-full = 디스크가 가득 참(공간을 비워 주세요)
cause-disk-error = 디스크 오류(디스크를 확인해 주세요)
cause-books-foreign = 장부 파일이 이 프로그램의 것이 아님(DATABASE_URL 확인)
cause-books-damaged = 장부가 손상됨(멈추고 마지막 백업을 복원해 주세요)
cause-books-read-only = 장부를 쓸 권한이 없음(파일과 폴더의 권한 확인)
cause-books-unopened = 장부를 열 수 없음(폴더와 권한 확인)
cause-ledger-mismatch = 장부와 거래소가 다름
cause-collect-failed = 봉을 읽지 못함
cause-not-tried = 아직 시도하지 못함
cause-closed = 거래소가 연결을 끊음
cause-lost = 연결이 끊어짐
cause-silent = 아무 소식이 없음
cause-refused = 거래소가 연결을 거부함
cause-out-of-reach = 거래소에 연결되지 않음
cause-said-no = 거래소가 구독을 거부함
cause-fault = 프로그램 오류(기록 확인)
cause-holding = 보유 신호 유지
cause-out = 보유할 신호 없음
cause-warming-up = 봉을 모으는 중
cause-nothing-yet = 아직 신호 없음
cause-always-in = 항상 보유
cause-left-oversold = RSI 과매도 탈출
cause-left-overbought = RSI 과매수 탈출
cause-crossed-up = 이동평균 상향 돌파
cause-crossed-down = 이동평균 하향 돌파
cause-broke-out = 변동성 돌파
cause-premium = 김치 프리미엄이 한도보다 높음
cause-premium-unknown = 김치 프리미엄을 알 수 없음
cause-atr-stop = ATR 손절
cause-trailing-stop = 추적 손절
cause-prev-low-stop = 전일 저가 손절
cause-day-end = 하루 마감(오전 9시)
cause-score-above-threshold = 종합 점수가 기준 이상
cause-score-below-threshold = 종합 점수가 기준 이하
stream-public = 시세 스트림
stream-private = 내 주문 스트림
where-exit = 포지션 청산
where-guard = 가드
where-exchange = 거래소 연결
where-chat-telegram = 텔레그램
where-chat-slack = 슬랙
where-storage = 장부 저장
where-reconcile = 장부 대조
where-markets = 거래소 목록에 없는 마켓
where-order = 주문
where-service = 서비스
where-silence = 답이 없어 규칙대로 실행하던 주문
where-stream = 스트림
answer-approved = 승인
answer-rejected = 거절
answer-denied = 승인했으나 한도에 걸려 거부
answer-half = 절반 승인
answer-replaced = 현재 가격으로 바꿈
answer-open = 답을 기다림
answer-adopted = 반영
answer-ignored = 무시
answer-cancelled = 취소
answer-passed = 저절로 해소

### 버튼
button-approve = 승인
button-half = 절반만
button-reject = 거절
button-confirm = 실행
button-drop = 그만두기
button-refresh = 새로고침
button-status = 상태
button-positions = 포지션
button-pause = 일시정지
button-resume = 재개
button-start = 시작
button-sell-half = { $coin } 절반 매도
button-sell-all = { $coin } 전량 매도
button-chart-of = { $coin } 차트
button-cancel = 주문 취소
button-cancel-all = 주문 모두 취소
button-order = 주문 보기
button-chart = 차트
button-why = { $coin }: 왜?
button-help = 도움말
button-params = 파라미터
button-undo = 되돌리기
button-cancel-raise = { $key } 변경 취소
button-limits = 한도
button-anew = 다시 제안
button-panic-again = 긴급 청산 다시
button-adopt = 반영
button-adopt-coin = { $currency } 반영
button-acknowledge = 내가 한 것
button-ignore = 무시
button-investigate = 살펴보기
button-cancel-it = 주문 취소
button-reconcile = 대조
button-pnl-day = 오늘
button-pnl-week = 7일
button-pnl-month = 30일
button-result = 손익
button-trades = 끝난 거래
button-csv = CSV 파일
button-newer = ◀ 최근
button-older = 이전 ▶
button-change = 한도 바꾸기
button-settings = 설정 목록
button-undo-last = 내 변경 되돌리기
button-default = 기본값으로
button-drill = 훈련하기
button-drill-stop = 훈련 중지

### 표
column-coin = 코인
column-quantity = 수량
column-value = 평가액(원)
column-day = 날짜
column-result = 손익(원)
column-share = 비율
column-change = 대비
column-range = 폭
column-turnover = 대금

### 인자
arg-market = 마켓
arg-market-or-all = 마켓|전부
arg-krw = 금액
arg-sell-size = 수량|비율|금액
arg-price = 가격
arg-until = 시각|시간
arg-count = 개수
arg-timeframe = 봉
arg-candles = 봉 수
arg-period = day|week|month|일수
arg-export-period = day|week|month|year|일수|2026
arg-cancel-target = 주문ID|마켓|all
arg-order-id = 주문ID
arg-ticket-id = 제안ID
arg-answer = 반영|무시|취소
arg-difference-id = ID
arg-half = 절반
arg-cancel-only = 취소만
arg-all = 전체
arg-strategy = 전략
arg-param = 파라미터
arg-setting = 설정
arg-value = 값|default
arg-add-remove = add|remove
arg-command = 명령
arg-language = ko|en
arg-page = 쪽
arg-exported = trades|orders|fills|ledger|events
arg-ranking = volatile|turnover
arg-level = info|warning|error
arg-trail = 종류|사람
arg-setting-group = 묶음
arg-drill-part = last|stop

### 도움말
group-look = 보기
group-trade = 거래
group-control = 제어
group-settings = 설정
help-title = 명령 목록 ({ $role } 권한)
help-more = 자세히: /help 명령
help-sentences = 말로도 됩니다: 비트코인 5만원 사줘 · 이더 절반 팔아 · 내일 9시까지 쉬어
help-aliases = 다른 이름: { $aliases }
help-role = 권한: { $role }
help-roles = 권한: 보기는 { $role }, 변경은 { $change }
help-asks = 위험한 경우 한 번 더 확인합니다.
help-status = 지금 상태
help-balance = 거래소 잔고
help-positions = 보유 포지션과 손익
help-orders = 주문 목록 또는 주문 하나
help-trades = 끝난 거래
help-pnl = 기간 손익(수수료 제외 후)
help-why = 왜 샀는지, 왜 안 샀는지
help-chart = 차트 그림
help-pattern = 지금 패턴의 위험(학습 모델)
help-health = 시스템 점검
help-history = 최근 기록(명령 포함)
help-logs = 시스템 로그
help-export = CSV 파일로 내보내기
help-screener = 변동과 거래가 많은 마켓
help-reconcile = 장부와 거래소 대조, 다른 점에 답하기
help-buy = 금액으로 매수 제안
help-sell = 보유분 매도 제안
help-approve = 제안 승인
help-reject = 제안 거절
help-again = 만료됐거나 가격이 벗어난 제안을 현재 가격으로 다시
help-cancel = 주문 취소
help-start = 거래 시작
help-pause = 신규 매수 중단
help-resume = 거래 재개
help-stop = 자동 매매 정지
help-panic = 주문 취소 후 전량 매도
help-drill = 장애 훈련: 두절, 강제 종료, 재시작, 긴급 청산
help-markets = 거래할 마켓
help-strategy = 전략 보기와 변경
help-params = 전략 파라미터
help-limits = 한도와 사용량
help-set = 설정 변경
help-undo = 설정 변경 되돌리기
help-settings = 설정 목록
help-help = 명령 목록
help-language = 내 언어
example-status = /status
example-balance = /balance
example-positions = /positions
example-orders = /orders 01HZX3
example-trades = /trades 20 비트코인
example-pnl = /pnl week
example-why = /why BTC
example-chart = /chart BTC 15m 100
example-pattern = /pattern BTC
example-health = /health
example-history = /history 20 orders
example-logs = /logs 20 warning
example-export = /export fills month
example-screener = /screener 변동 10
example-reconcile = /reconcile
example-buy = /buy 비트코인 5만원
example-sell = /sell BTC 50%
example-approve = /approve 01HZX3 half
example-reject = /reject 01HZX3
example-again = /again 01HZX3
example-cancel = /cancel all
example-start = /start
example-pause = /pause 30분
example-resume = /resume
example-stop = /stop
example-panic = /panic
example-drill = /훈련
example-markets = /markets add 리플
example-strategy = /strategy sma_cross BTC
example-params = /params sma_cross fast 10
example-limits = /limits max_order_krw 50만원
example-set = /set stop_fraction 2%
example-undo = /undo
example-settings = /settings
example-help = /help buy
example-language = /language ko

### 대화
command-unknown = 모르는 명령입니다: { $value }
command-unknown-hint = /help 로 명령을 볼 수 있습니다.
dropped = 실행하지 않았습니다: { $line }
hint-confirm = 실행하려면: { $line } confirm
document-saved = 저장한 곳: { $path }
document-not-saved = 파일을 저장하지 못했습니다: { $why }
already-active = 이미 거래 중입니다.
start-ask = 거래를 시작할까요?
resume-ask = 다음 상태에서 거래를 재개할까요?
pause-explained = 새로 사지 않습니다. 매도와 손절·익절은 계속됩니다.
stop-explained = 자동 매매를 멈췄습니다. 손절·익절 보호는 계속됩니다.
stop-left = 남은 것: 포지션 { $positions }개, 미체결 주문 { $orders }개
stop-left-unknown = 남은 포지션과 주문을 확인하지 못했습니다: { $why }
panic-ask = 긴급 청산({ $scope }): 주문을 취소하고 모두 팔까요?
panic-ask-cancel = 주문만 모두 취소할까요? ({ $scope })
panic-explained = 실행하면 신규 매수가 잠기고, 풀려면 /resume 이 필요합니다.
panic-flat = ✅ 긴급 청산 완료: 남은 것 없음 ({ $seconds }초)
panic-cancelled = ✅ 주문 취소 완료 ({ $seconds }초)
panic-not-flat = ⚠️ 긴급 처리 후에도 남은 것이 있습니다 ({ $seconds }초)
panic-counts = 주문 취소 { $cancelled }건 · 남은 주문 { $open }건
panic-sold = { $market } { $quantity } 매도 → { $net }(수수료 제외)
panic-goes-on = 🔒 신규 매수를 잠갔습니다. 취소와 매도를 계속하고 있습니다.
panic-stuck = ⚠️ { $why } – 될 때까지 다시 시도합니다.
panic-waits = 아직: { $market } { $quantity }
panic-told = 끝나면 알려 드립니다.
panic-under-way = 🚨 긴급 청산 { $age }째 진행 중 – { $why }
panic-working = 취소·매도 중
resume-ends-panic = 긴급 청산이 아직 진행 중입니다. 재개하면 청산을 그만둡니다.
panic-left = ⚠️ 남음: { $market } { $quantity } – { $why }
panic-locked = 신규 매수는 잠겨 있습니다. 풀려면 /resume
sell-all-ask = 포지션 { $count }개를 모두 시장가로 팔까요?
sell-all-done = 모두 매도 주문했습니다
sell-all-partly = 일부는 팔지 못했습니다
cancel-title = 취소 { $count }건{ $failed ->
    [0] {""}
   *[other] , 아직 안 된 것 { $failed }건
  }
cancel-none = 취소할 주문이 없습니다.
cancel-cancelled = 취소됨
cancel-ended = 이미 끝난 주문
cancel-failed = 아직 취소되지 않음, 계속 시도합니다
loosen-ask = 위험이 커지는 변경입니다. 적용할까요?
raise-will-wait = { $delay } 뒤에 적용되며, 그 전에는 취소할 수 있습니다.
raise-waits = 기다리는 중: { $at }부터 적용됩니다.
raise-cancelled = { $key } 변경({ $new })을 취소했습니다.
raise-stays = { $key } = { $value } 그대로입니다.
language-now = 한국어로 답합니다.

### 말로 하기
say-understood = ↪ { $line }
line-coins = { $amount }개
say-propose = 이렇게 바꿀까요?
say-unclear = 무슨 뜻인지 모르겠습니다. 예: 비트코인 5만원 사줘
say-model-asks = 다시 말씀해 주세요: { $question }
say-not-sure = 다 알아듣지 못했습니다({ $words }). 이 뜻이면 누르세요.
say-unfinished = 말이 끝나지 않은 것 같습니다. 할 일을 하나만 말씀해 주세요.
say-two-actions = 한 번에 하나만 합니다. 무엇부터 할까요?
say-two-views = 한 번에 하나만 보여 드립니다.
say-which-coin = 어느 코인인가요? 예: 비트코인 5만원 사줘
say-coin-near = 모르는 코인입니다: { $word } (비슷한 것: { $choices })
say-two-coins = 코인이 여럿입니다: { $choices }. 한 번에 하나만 말씀해 주세요.
say-name-of-several = 이름이 같은 마켓이 여럿입니다: { $choices }. 코드로 말씀해 주세요.
say-how-much-buy = { $market } 얼마어치를 살까요? 예: 비트코인 5만원 사줘
say-how-much-sell = { $market } 얼마나 팔까요?
say-two-amounts = 금액이나 수량이 여럿입니다: { $amounts }. 하나만 말씀해 주세요.
say-amount-unit = { $amount }: 원인가요, 개수인가요?
say-amount-unclear = 얼마인지 모르겠습니다: { $amount } (예: 5만원, 0.01개)
say-amount-bound = { $amount }: 범위가 아니라 금액 하나로 말씀해 주세요.
say-price-or-sum = { $amount }: 금액인가요, 가격인가요? 금액이면 누르세요.
say-limit-price = 지정가를 알 수 없습니다. 예: 비트코인 9천만원에 5만원어치 사줘
say-share-of-what = { $amount }: 무엇의 비율인지 알 수 없습니다. 매수는 금액으로 말씀해 주세요. 예: 5만원
say-all-in = 가진 돈 전부로는 사지 않습니다. 한도(/limits) 안에서 금액으로 말씀해 주세요.
say-foreign-money = 원화로만 거래합니다. 금액을 원으로 말씀해 주세요.
say-quoted = 인용한 말은 명령으로 받지 않습니다. 직접 써 주세요.
say-negated = 아무것도 하지 않았습니다.
say-negated-buy = 아무것도 사지 않았습니다. 봇의 매수도 멈추려면 누르세요. 보유분의 매도와 손절·익절은 계속됩니다.
say-negated-sell = 아무것도 팔지 않았습니다. 전략의 매도까지 멈추려면 /stop 입니다. 손절·익절 보호는 그때도 계속됩니다.
say-exception = 무엇을 뺄지 분명하지 않아 하지 않았습니다. 할 것만 하나씩 말씀해 주세요.
say-musing = 아무것도 하지 않았습니다. 하려면 ‘비트코인 5만원 사줘’처럼 말씀해 주세요.
say-condition = 조건이 붙은 주문은 하지 않습니다. 아무것도 하지 않았습니다.
say-repeated = 되풀이하는 주문은 하지 않습니다. 아무것도 하지 않았습니다.
say-scheduled = 예약 주문은 하지 않습니다. 지금 할 일만 말씀해 주세요.
say-notices = 무엇을 언제 알릴지는 알림 설정에서 정합니다.
say-pause-what = 무엇을 멈출까요? 봇의 매수를 멈추려면 누르세요.
say-pause-later = 나중에 멈추는 예약은 없습니다. 지금 멈추려면 누르세요.
say-pause-until-unclear = 언제까지인지 알 수 없어 기한 없이 멈췄습니다. 예: 내일 9시까지 쉬어
say-pause-not-stop = 전략의 매도까지 멈추려면 /stop, 모두 팔려면 /panic
say-yes = 한마디로는 승인하지 않습니다. 기다리는 제안을 승인하려면 누르세요.
say-press = 실행하거나 그만두려면 아래 단추를 누르세요.
say-no = 아무것도 하지 않았습니다. 기다리는 제안을 거절하려면 누르세요.
say-hello = 네, 듣고 있습니다. 예: 비트코인 5만원 사줘
say-cancel-what = 무엇을 취소할까요?
say-cancel-side = 매수나 매도만 골라 취소하지는 못합니다. 무엇을 취소할까요?
say-exits = 손절·익절은 비율로 정합니다. 예: 손절 3%로 바꿔줘
say-exits-everywhere = 손절·익절은 코인마다 따로 정하지 않습니다. 모든 코인에 쓰려면 코인 이름 없이 말해 주세요. 예: 손절 3%로 바꿔줘
say-limits = 한도는 이름과 값을 함께 말해 주세요. 예: 하루 손실 한도 5만원으로 바꿔줘
say-which-period = 오늘부터 거슬러 센 기간만 볼 수 있습니다.

### 보기
status-equity = 자산 { $equity }
status-day = 오늘 { $day } ({ $share }) · 실현 { $realised }
status-day-realised = 오늘 실현 { $realised }
status-cash = 현금 { $free } (주문에 묶임 { $locked })
status-unrealised = 평가손익 { $unrealised }
status-counts = 포지션 { $positions } · 미체결 { $orders } · 승인 대기 { $tickets }
status-unresolved = ⚠️ 응답 없는 주문 { $count }건 확인 중
status-stops = ⛔ 연속 손절: { $at }까지 새로 사지 않습니다. 바로 풀려면 /resume
status-strategy = 전략 { $strategy } · { $timeframe }
status-markets = 마켓 { $markets }
away-balances = ⚠️ { $why } – 잔고는 { $age } 전 값입니다.
away-unknown = ⚠️ { $why } – 잔고를 알 수 없습니다.
prices-old = ⚠️ 시세는 { $age } 전 값입니다.
status-data = 마지막 시세 { $age } 전 · 가동 { $up }
status-as-of = { $at } 기준
status-live = { $at } 기준 · { $until }까지 계속 갱신
health-title-good = 모두 정상입니다.
health-title-bad = 문제 { $bad }건{ $unknown ->
    [0] {""}
   *[other] , 알 수 없음 { $unknown }건
  }
health-title-unknown = 문제 없음, 아직 알 수 없음 { $unknown }건
health-good = ✅ { $checks }
health-waiting = ▫️ 아직 차례 전: { $jobs }{ $more ->
    [0] {""}
   *[other] {" "}외 { $more }건
}
health-stream-public = 시세 스트림
health-stream-private = 내 주문 스트림
health-orders-unresolved = 응답 없는 주문
health-guard = 손절·익절 감시
health-storage = 저장소
health-outbox = 보낼 메시지
health-outbox-held = 방해 금지 시간이라 보관 중
health-disk = 디스크 여유
health-memory = 메모리
health-chat-telegram = 텔레그램
health-chat-slack = 슬랙
health-job-collect = 봉 수집
health-job-gaps = 긴 공백 채우기
health-job-decide = 매매 판단
health-job-daily-report = 일일 보고
health-job-guard = 보호 점검
health-job-tickets = 제안 만료
health-job-raises = 기다리는 변경 적용
health-job-reconcile = 장부 대조
health-job-reconcile-nightly = 야간 장부 대조
health-job-patterns = 패턴 모델 학습
health-job-markets = 마켓 목록
health-job-heartbeat = 생존 신호
health-job-connection = 거래소 연결
health-job-outbox = 메시지 전달
health-job-books = 장부 쓰기
health-job-storage = 장부 보관
health-job-outcomes = AI 답변 판정
health-job-lessons = 교훈 정리
health-job-ai-review = AI 평가
health-job-ai-week = AI 주간 성적표
health-job-notes = 오답 노트
health-job-ai-members = AI 상태 확인
health-job-books-lock = 장부 단독 사용
why-title = 매매한 이유, 하지 않은 이유
why-nothing = 아직 기록이 없습니다. 봉이 닫히면 생깁니다.
why-block = ⛔ 지금 매수를 막는 것: { $reason }
why-counts = { $strategy } · { $age } 동안 { $passes }회: { $ends }
why-denied = 거부 { $count } ({ $reasons })
why-times = ({ $since }부터 { $count }회)
count-error = 오류
count-warming-up = 봉을 모으는 중
reconcile-known = ✅ 이미 알려 드린 차이뿐입니다 · 답을 기다리는 것 { $count }건
reconcile-equal = ✅ 장부와 거래소가 같습니다
reconcile-differs = 장부와 거래소가 다릅니다
reconcile-unsettled = 지금은 모두 대조할 수 없습니다
reconcile-counts = 미체결 { $orders } · 포지션 { $positions } · { $seconds }초
reconcile-moving = 주문이 진행 중이라 대조하지 않음: { $currencies }
reconcile-more = 그 밖에 { $count }건
reconcile-standing = 그대로 둔 것: { $what }
adopt-ask = 이 코인을 봇에 맡길까요?
adopt-explained = 지금 가격을 기준으로 손절·익절을 걸고 봇이 팔 수 있게 됩니다.
adopted-short = 포지션을 바로잡았습니다: { $change }, 가격 { $price }. 봇의 손익에 넣지 않습니다.
adopted-extra = 봇이 { $change }를 { $price }에 넘겨받았습니다.
difference-found = 발견 { $at } · { $id }
difference-orders = 그 마켓의 최근 봇 주문:
difference-state = { $state } ({ $by })
difference-done = { $currency }: { $what }
difference-all-ignored = 무시 { $count }건
why-pass = { $at } [{ $stage }] { $text }
stage-market = 시세
stage-signal = 신호
stage-risk = 위험
stage-advice = 조언
stage-approval = 승인
stage-execution = 주문
stage-done = 완료
pass-error = 오류: { $error }
pass-no-candles = 봉이 없습니다
pass-warming-up = 봉을 모으는 중 ({ $have }/{ $need })
pass-stale-candles = 봉이 오래되었습니다
pass-holding = 보유 중
pass-enter = 매수 신호
pass-exit = 매도 신호
pass-hold = 이미 지난 신호라 따라 사지 않음
pass-stay-out = 살 신호 없음
pass-advice = AI { $verdict }
pass-advice-hold = AI가 팔자고 하지만 팔 것이 없음
pass-advice-holding = AI가 사자고 하지만 이미 보유 중
pass-asked = 승인 요청함
pass-reduced = 금액을 { $share }로 줄임: { $cause }
pass-move-unknown = 최근 변동을 알 수 없어 확인하지 못함
pass-new = 주문 작성됨
pass-sent = 주문 전송 중
pass-accepted = 주문 접수됨
pass-partial = 일부 체결
pass-unknown = 주문 응답 없음, 확인 중
pass-done = 체결됨
pass-cancelled = 주문 취소됨
pass-rejected = 거래소가 주문 거부
pass-expired = 주문이 거래소에 접수되지 않음
balance-title = 총 자산 { $total }
balance-locked = 주문에 묶임: { $what }
balance-own = 봇이 사지 않은 것: { $what }
balance-dust = 1원 미만 { $count }종은 표시하지 않았습니다.
positions-none = 보유 포지션이 없습니다.
positions-title = 포지션 { $count }개
position-size = { $quantity } · { $value }
position-price = 평균 { $average } → 현재 { $bid }
position-stop = 손절 { $price } ({ $far })
position-take = 익절 { $price } ({ $far })
position-unguarded = ⚠️ 손절·익절 없음
position-age = { $age } 보유({ $at }부터) · { $owner }
position-stop-far = 손절까지 { $far }
position-take-far = 익절까지 { $far }
orders-none = 주문이 없습니다.
orders-title = 주문: 진행 중 { $open } / 표시 { $count }
order-title = 주문 { $id }
order-executed = { $quantity } @ { $price }
order-slippage = 슬리피지 { $bps }bps ({ $krw })
order-fill = 체결 { $at } { $quantity } @ { $price } (수수료 { $fee })
order-step = { $at } { $state }{ $note }
order-ids = 거래소 ID { $venue }
order-owner = 주문자 { $owner } · { $reason }
order-sent = { $market } { $side } 주문을 보냈습니다.
order-filled = ✅ { $market } { $side } 주문이 체결되었습니다.
order-checking = { $market } { $side }: 보냈으나 응답이 없어 확인 중입니다. 다시 보내지 않습니다.
order-refused-by-venue = { $market } { $side }: 거래소가 거부했습니다.
order-never-arrived = { $market } { $side }: 거래소에 접수되지 않았습니다. 주문되지 않았으니, 필요하면 다시 주문해 주세요.
trades-none = 끝난 거래가 없습니다.
trades-title = 끝난 거래 { $count }건 · 합계 { $total }{ $page ->
    [1] {""}
   *[other] {" "}· { $page }쪽
  }
trade-line = { $arrow } { $at } { $market } { $pnl } ({ $share }) · { $held } · { $reason }
trade-slippage = 슬리피지 { $bps }bps
pnl-title = { $days ->
    [1] 오늘
   *[other] 최근 { $days }일
  } 손익 { $realised }
pnl-fees = 수수료 { $fees } (손익에 반영됨)
pnl-unrealised = 평가손익 { $unrealised }
pnl-closed = 거래 { $closed }건 중 { $wins }건 이익 ({ $rate })
pnl-no-trades = 끝난 거래가 없습니다.
pnl-few = 표본이 적습니다
pnl-result = 평가 변동 포함 { $result } ({ $share })
pnl-held = 그냥 보유했다면 { $share } ({ $coins })
pnl-held-since = 첫 거래일({ $day })부터 그냥 보유했다면 { $share } ({ $coins })
pnl-held-unknown = 그냥 보유했을 때: 알 수 없음(그때의 가격 없음)
pnl-turnover = 거래한 금액 { $traded } (회전율 { $turnover })
pnl-picture = { $days ->
    [1] 오늘
   *[other] 최근 { $days }일
  } 손익: 봇(굵은 선)과 단순 보유(회색 선)
pnl-best = 최고: { $line }
pnl-worst = 최저: { $line }
history-none = 기록이 없습니다.
history-title = 최근 기록 { $count }건{ $page ->
    [1] {""}
   *[other] {" "}· { $page }쪽
  }
trail-commands = 명령
trail-looks = 조회
trail-orders = 주문
trail-trades = 거래
trail-proposals = 제안
trail-settings = 설정
trail-errors = 오류
logs-none = 로그가 없습니다.
logs-title = 로그({ $level }) { $count }줄{ $page ->
    [1] {""}
   *[other] {" "}· { $page }쪽
  }
level-debug = 모두
level-info = 정보 이상
level-warning = 경고 이상
level-error = 오류 이상
level-critical = 심각
export-which = 무엇을 파일로 받을까요?
export-none = 내보낼 것이 없습니다: { $span }
export-title = { $what } · { $span } · { $rows }줄
export-days = { $days ->
    [1] 오늘
   *[other] 최근 { $days }일
  }
export-year = { $year }년
export-cut = 가장 최근 { $most }줄만 담았습니다. 기간을 줄이거나, 서버에서 python -m chatbot export 를 쓰세요.
export-saved = { $name }: { $rows }줄, { $span }
export-year-result = 실현손익 { $realised }, 수수료 { $fees } 반영
export-trades = 끝난 거래
export-trades-what = 청산한 포지션과 손익
export-orders = 주문
export-orders-what = 낸 주문과 결과
export-fills = 체결
export-fills-what = 체결 가격, 수량, 수수료
export-ledger = 장부
export-ledger-what = 체결과 반영마다 남은 수량, 원가, 실현 손익
export-events = 기록
export-events-what = 명령을 포함한 모든 일
csv-opened = 진입 시각
csv-closed = 청산 시각
csv-time = 시각
csv-market = 마켓
csv-owner = 주문자
csv-bought-quantity = 매수 수량
csv-bought-krw = 매수 금액(수수료 포함, 원)
csv-sold-quantity = 매도 수량
csv-proceeds-krw = 받은 금액(수수료 제외, 원)
csv-fee-krw = 수수료(원)
csv-result-krw = 손익(원)
csv-reason = 이유
csv-slippage-bps = 슬리피지(bps)
csv-position = 포지션 ID
csv-side = 구분
csv-type = 주문 방식
csv-state = 상태
csv-price = 가격(원)
csv-quantity = 수량
csv-notional-krw = 주문 금액(원)
csv-executed-quantity = 체결 수량
csv-executed-krw = 체결 금액(원)
csv-approved-by = 승인자
csv-note = 비고
csv-order = 주문 ID
csv-venue-order = 거래소 주문 ID
csv-fill = 체결 ID
csv-booking = 구분
csv-cash-krw = 현금 변동(원)
csv-held = 남은 수량
csv-cost-krw = 남은 원가(원)
csv-reference = 근거 ID
csv-kind = 종류
csv-severity = 중요도
csv-details = 내용
csv-event = 기록 ID
booking-adopted = 반영(넘겨받음)
booking-taken-out = 반영(빠져나감)
screener-none = 보여 드릴 마켓이 없습니다.
screener-title = { $ranking } 상위 { $count }개
screener-legend = 대비·폭: 오전 9시 이후 % · 대금: 24시간(원) · bps: 호가 차이 · 점(·): 거래 중인 마켓
screener-warning = ⚠️ { $coin }: 거래 유의
screener-caution = ⚠️ { $coin }: 주의({ $cautions })
ranking-volatile = 변동 폭
ranking-turnover = 거래대금
caution-price-fluctuations = 가격 급등락
caution-trading-volume-soaring = 거래량 급등
caution-deposit-amount-soaring = 입금량 급등
caution-global-price-differences = 국내외 가격 차이
caution-concentration-of-small-accounts = 소수 계정 집중
brief-proposal = { $market } { $side } 제안
chart-title = { $market } { $timeframe } · 봉 { $candles }개

### 제안
card-title = { $market } { $side } 제안 · { $mode }
card-sum = 금액 { $sum } ({ $short }원)
card-quantity = 수량 약 { $quantity } · 가격 { $price }
card-fee = 예상 수수료 { $fee } · 자산의 { $share }
card-limit = 지정가 { $price }
card-band = 가격이 { $low } ~ { $high }(±{ $band })을 벗어나면 무효
card-result = { $arrow } 팔면 순손익 { $pnl }
card-stop = 손절 { $price } ({ $far }) → { $pnl }
card-take = 익절 { $price } ({ $far }) → { $pnl }
card-trail = 고점에서 { $trail } 내리면 매도
card-room = 체결 후: { $parts }
card-entries-left = 오늘 매수 { $count }회
card-spend-left = { $sum }원 남음
card-exposure = 투자 비중 { $share } / { $limit }
card-votes = AI { $verdict }{ $votes }
card-silence-reject = 답이 없으면 거절됩니다.
card-silence-allow = 답이 없으면 규칙대로 실행합니다.
card-picture = { $market } 최근 흐름과 손절·익절
card-asked-anew = 현재 가격으로 다시 제안했습니다.
vote-buy = 매수
vote-sell = 매도
vote-hold = 관망
vote-late = 늦음
vote-refused = 답변 거부
vote-truncated = 답이 잘림
vote-too-long = 답이 너무 김
vote-invalid = 형식 오류
vote-error = 오류
vote-budget = 예산 소진
vote-resting = 쉬는 중
figure-fast = 단기 평균
figure-slow = 장기 평균
figure-rsi = RSI
figure-rsi-before = 직전 RSI
figure-oversold = 과매도 기준
figure-overbought = 과매수 기준
figure-day-open = 시가
figure-range-yesterday = 전일 변동폭
figure-target = 돌파 가격
figure-score = 점수
figure-threshold = 기준
figure-trend = 추세
figure-momentum = 모멘텀
figure-swing = 스윙
figure-scalping = 단타
figure-day = 당일
figure-price-action = 캔들
card-expires = ⏳ { $at }까지 ({ $left } 남음)
pending-title = 대기 중인 제안 { $count }건: 어느 것인가요?
pending-line = { $id } { $market } { $side } { $size } · { $left } 남음
denied = ❌ { $market } { $side } 거부됨
refused-rejected = 거절했습니다.
refused-expired = 시간이 지나 만료되었습니다. 주문하지 않았습니다.
refused-already-answered = 이미 처리된 제안입니다({ $by }).
refused-price-moved = 그사이 가격이 많이 움직였습니다. 주문하지 않았습니다.
refused-stale-quote = 현재 가격을 알 수 없어 주문하지 않았습니다.
refused-too-old = 오래된 제안이라 다시 제안할 수 없습니다.

### 거부 이유
reason-trading-state = 지금은 주문할 수 없는 상태입니다: { $state }
reason-order-pending = { $market }: 진행 중인 주문이 있습니다
reason-venue-away = { $why } – 지금은 새로 살 수 없습니다
reason-premium = 김치 프리미엄이 한도보다 높습니다
reason-premium-unknown = 김치 프리미엄을 알 수 없습니다
reason-not-reconciled = 아직 장부와 거래소를 대조하지 못했습니다
reason-books-differ = { $market }: 봇의 코인이 거래소에 모자랍니다. /reconcile 로 답해 주세요
reason-order-unresolved = { $market }: 응답 없는 주문을 확인 중입니다
reason-market-inactive = { $market }: 거래소에서 거래가 중지되었습니다
reason-below-minimum = 금액 { $notional }, 최소 주문 { $minimum }보다 작습니다
reason-not-placeable = 이 금액과 가격으로는 주문을 낼 수 없습니다 ({ $why })
reason-no-size = 정해진 규칙으로 주문할 금액이 없습니다
reason-already-holding = { $market }: 이미 보유 중입니다 ({ $quantity })
reason-below-minimum-at-stop = 손절가 { $stop }에서 { $value }: 최소 주문 { $minimum }보다 작아 팔 수 없게 됩니다
reason-above-maximum = 금액 { $notional }, 거래소 최대 { $maximum }을 넘습니다
reason-not-enough-cash = 현금 부족: 필요 { $needed }, 가능 { $free }
reason-max-order = 1회 주문 한도: { $notional } / { $limit }
reason-max-market = 마켓당 한도: { $value } / { $limit }
reason-max-positions = 포지션 수 한도: { $open } / { $limit }
reason-max-entries-per-day = 하루 매수 횟수 한도: { $entries } / { $limit }
reason-max-daily-loss = 하루 손실 한도: { $loss } / { $limit }
reason-max-daily-spend = 하루 매수 금액 한도: 사용 { $spent } + 이번 { $notional } / { $limit }
reason-max-exposure = 투자 비중 한도: { $exposure_fraction } / { $limit_fraction }
reason-max-stops-in-a-row = 연속 손절 { $stops }회(한도 { $limit }): { $seconds_left } 남음
reason-volatility = 최근 가격 변동이 큽니다: { $move_fraction }, 한도 { $limit_fraction }
reason-max-spread = 호가 차이가 큽니다: { $spread_bps }bps, 한도 { $limit_bps }bps
reason-max-slippage = 예상 슬리피지가 큽니다: { $slippage_bps }bps, 한도 { $limit_bps }bps
reason-book-too-thin = 호가 물량 부족: { $notional } 중 { $available }만 가능
reason-cooldown = 매도 후 대기 중: { $seconds_left } 남음
reason-declined = { $how ->
    [rejected] 전략의 제안이 거절되었습니다: { $seconds_left } 뒤에야 다시 묻습니다
   *[other] 전략의 제안에 답이 없었습니다: { $seconds_left } 뒤에야 다시 묻습니다
}
reason-stale-quote = 시세가 오래되었습니다: { $age_seconds } 전, 한도 { $limit_seconds }
reason-market-unknown = { $market }: 거래소 목록에 없습니다
reason-market-warning = { $market }: 거래 유의 종목입니다
reason-market-caution = { $market }: 주의 종목입니다 ({ $cautions })
reason-nothing-to-sell = { $market }: 팔 것이 없습니다
reason-more-than-held = { $quantity } 매도 요청, 보유 { $held }
reason-already-selling = 이미 매도 중입니다: 요청 { $quantity }, 남은 수량 { $left }
reason-leaves-dust = 팔고 나면 { $value }만 남아 최소 주문 { $minimum }보다 작습니다. 전량 매도하세요
reason-dust = 금액이 너무 작아 팔 수 없습니다: { $value } (최소 { $minimum })
reason-not-sold = 팔지 못했습니다: { $why }
denied-trading-state = 거래 상태
denied-premium = 김치 프리미엄
denied-premium-unknown = 김치 프리미엄 알 수 없음
denied-not-reconciled = 장부 대조 전
denied-books-differ = 코인 부족
denied-dust = 금액이 너무 작음
denied-order-pending = 진행 중인 주문
denied-order-unresolved = 응답 없는 주문
denied-market-inactive = 거래 중지
denied-below-minimum = 최소 주문 금액 미만
denied-not-placeable = 주문 불가
denied-no-size = 주문 금액 없음
denied-already-holding = 이미 보유
denied-below-minimum-at-stop = 손절 시 최소 금액 미만
denied-above-maximum = 거래소 최대 초과
denied-not-enough-cash = 현금 부족
denied-max-order = 1회 주문 한도
denied-max-market = 마켓당 한도
denied-max-positions = 포지션 수 한도
denied-max-entries-per-day = 하루 매수 횟수 한도
denied-max-daily-loss = 하루 손실 한도
denied-max-daily-spend = 하루 매수 금액 한도
denied-max-exposure = 투자 비중 한도
denied-max-stops-in-a-row = 연속 손절 한도
denied-volatility = 급격한 변동
denied-max-spread = 호가 차이
denied-max-slippage = 예상 슬리피지
denied-book-too-thin = 호가 물량 부족
denied-cooldown = 매도 후 대기
denied-declined = 최근 제안 거절 또는 무응답
denied-stale-quote = 오래된 시세
denied-market-unknown = 목록에 없는 마켓
denied-market-warning = 거래 유의 종목
denied-market-caution = 주의 종목
denied-nothing-to-sell = 팔 것 없음
denied-more-than-held = 보유량 초과
denied-already-selling = 이미 매도 중
denied-leaves-dust = 자투리가 남음

### 설정
settings-title = 설정
settings-hint = 바꾸기: /set 설정 값 · 전부 보기: /settings all
settings-group = 설정: { $group }
settings-group-line = ▸ { $group } { $count }개{ $changed ->
    [0] {""}
   *[other] {" "}(채팅으로 { $changed }개 바꿈)
  }
settings-none-changed = 채팅으로 바꾼 설정이 없습니다.
setting-group-where = 실행 환경
setting-group-talking = 알림과 권한
setting-group-trading = 매매 방식
setting-group-sizing = 주문 금액
setting-group-exits = 손절·익절
setting-group-models = 언어 모델
setting-group-context = AI 참고 자료
setting-group-approval = 승인
setting-group-limits = 한도
setting-group-changed = 바꾼 것
setting-choices = 가능한 값: { $choices }
setting-bounds = 범위 { $low } ~ { $high }
setting-past = { $at } { $by } → { $value }
setting-back = 기본값
change-ask = 이렇게 바꿀까요?
undo-ask = 이 변경을 되돌릴까요?
undo-of = { $at }에 { $by } 변경
undone = 되돌렸습니다.
setting-changed = 설정을 바꿨습니다.
setting-how = 바꾸기: /set { $key } 값
waiting-line = {"  "}⏳ { $new } · { $at }부터 · { $by }
setting-default = 기본값 { $default }
setting-is-fixed = 채팅으로 바꿀 수 없습니다. 환경 변수에서 바꾸고 다시 시작하세요.
limits-title = 한도 (사용 / 한도)
limits-hint = 바꾸기: /limits 한도 값
markets-title = 거래 마켓 { $count }개
markets-hint = 바꾸기: /markets add 마켓 · /markets remove 마켓
markets-changed = 거래 마켓을 바꿨습니다.
markets-warning = ⚠️ { $market }: 거래 유의 종목입니다.
strategies-title = 전략 (▸ 사용 중)
strategy-changed = 전략 { $name } → { $where }
params-title = { $strategy } 파라미터
params-none = 파라미터가 없습니다.
param-line = { $name } = { $value } ({ $low }~{ $high }, 기본 { $default }) { $text }
param-changed = { $strategy } 파라미터를 바꿨습니다.
param-line-choices = { $name } = { $value } ({ $choices }, 기본 { $default }) { $text }
strategy-buy_and_hold = 사서 계속 보유
strategy-rsi_zones = RSI 과매도에서 사고 과매수에서 팔기
strategy-sma_cross = 이동평균 교차
strategy-volatility_breakout = 변동성 돌파
strategy-weighted_ensemble = 여러 신호의 가중 종합
param-rsi_zones-period = RSI 기간(봉)
param-rsi_zones-oversold = 과매도 기준(RSI)
param-rsi_zones-overbought = 과매수 기준(RSI)
param-rsi_zones-stop_atr = 손절 폭(ATR 배수, 0 = 없음)
param-rsi_zones-atr_period = ATR 기간(봉)
param-sma_cross-fast = 단기 평균(봉)
param-sma_cross-slow = 장기 평균(봉)
param-volatility_breakout-k = 돌파 계수(전일 변동폭 비율)
param-volatility_breakout-exit = 손절 방식
param-volatility_breakout-atr_days = ATR 기간(일)
param-volatility_breakout-atr_factor = 손절 폭(ATR 배수)
param-volatility_breakout-trail = 추적 손절 폭(비율)
param-volatility_breakout-leave_at_day_end = 오전 9시에 팔기
param-volatility_breakout-target_volatility = 목표 변동성(비율, 0 = 사용 안 함)
param-weighted_ensemble-trend = 추세 가중치
param-weighted_ensemble-momentum = 모멘텀 가중치
param-weighted_ensemble-swing = 되돌림 가중치
param-weighted_ensemble-scalping = 단기 급변 가중치
param-weighted_ensemble-day = 하루 중 위치 가중치
param-weighted_ensemble-price_action = 봉 모양 가중치
param-weighted_ensemble-threshold = 매수·매도 기준 점수
param-weighted_ensemble-stop_atr = 손절 폭(ATR 배수, 0 = 없음)
setting-markets = 거래할 마켓
setting-strategy = 모든 마켓의 전략
setting-timeframe = 전략이 보는 봉
setting-order_style = 주문 방식(limit, market, best)
setting-aggressiveness = 지정가를 호가보다 얼마나 유리하게 내주는지
setting-remainder_ttl_seconds = 미체결 잔량 취소까지
setting-sizing = 금액 정하는 방식(fixed, risk, kelly)
setting-order_fraction = 1회 매수 금액(자산 대비)
setting-risk_fraction = 손절 시 잃는 금액(자산 대비)
setting-kelly_scale = 켈리 기준 적용 비율
setting-kelly_sample = 승률·손익비를 재기 시작하는 거래 수
setting-kelly_start_fraction = 그 전까지 1회 매수 금액(자산 대비)
setting-stop_fraction = 손절 폭(0 = 없음)
setting-take_fraction = 익절 폭(0 = 없음)
setting-trail_fraction = 추적 손절 폭(0 = 없음)
setting-max_hold_seconds = 최대 보유 시간(0 = 없음)
setting-breakeven_fraction = 이만큼 오르면 손절선을 본전으로(0 = 없음)
setting-ai_role = AI 역할(off, adviser, veto, decider)
setting-buy_votes = 매수 표결 방식
setting-sell_votes = 매도 표결 방식
setting-vote_threshold = 평균 방식의 기준 확신도
setting-sell_of_answered = 매도는 답한 AI의 과반으로
setting-ai_cooldown_candles = AI 반대 후 쉬는 캔들 수
setting-ai_deadline_seconds = AI 응답 제한 시간
setting-ai_daily_krw = AI 하루 비용 한도
setting-ai_monthly_krw = AI 한 달 비용 한도
setting-ai_chat_daily_krw = 문장 이해에 쓰는 하루 AI 비용(0 = 끔)
setting-ai_cost_share = 주문 금액 대비 AI 비용 상한
setting-ai_max_share = AI 결정 1회 최대 비중
setting-ai_unavailable = AI 무응답 시(hold, rules)
setting-ai_news = AI에 보여 줄 뉴스(sorted, text)
setting-ai_memory = AI에 지난 결정 알려 주기(on, off, auto)
setting-ai_horizon_candles = AI 답변을 판정하는 캔들 수(1, 4, 12, 24, 96)
setting-approval = 승인 방식(auto, ask-all, ask-above)
setting-ask_above_krw = 이 금액을 넘으면 승인 요청
setting-approval_ttl_seconds = 제안 유효 시간
setting-price_band = 제안이 무효가 되는 가격 변동
setting-silence = 답이 없을 때(reject 거절, allow 소액 실행)
setting-silence_allow_below_krw = 무응답 실행 금액 한도
setting-silence_hours = 무응답 실행 시간대(비우면 항상)
setting-max_order_krw = 1회 주문 한도
setting-max_market_krw = 마켓당 한도
setting-max_positions = 포지션 수 한도
setting-max_entries_per_day = 하루 매수 횟수 한도
setting-max_daily_loss_krw = 하루 손실 한도
setting-max_daily_spend_krw = 하루 매수 금액 한도
setting-max_exposure = 투자 비중 한도(자산 대비)
setting-max_stops_in_a_row = 연속 손절 한도(0 = 없음)
setting-stop_breaker_seconds = 연속 손절 후 매수 대기
setting-volatility_block_fraction = 급변동 시 매수 금지 기준(0 = 없음)
setting-volatility_window_seconds = 급변동을 보는 시간
setting-max_spread_bps = 호가 차이 한도
setting-max_slippage_bps = 슬리피지 한도
setting-cooldown_seconds = 매도 후 다시 살 때까지
setting-declined_seconds = 거절·무응답 후 다시 물을 때까지(0 = 끔)
setting-max_quote_age_seconds = 시세 나이 한도
setting-premium_limit_fraction = 김치 프리미엄 한도(0 = 없음)
setting-premium_action = 프리미엄이 한도보다 높을 때 매수(allow, reduce, refuse)
setting-premium_reduction = reduce일 때 매수 금액을 줄이는 비율
setting-premium_unknown = 프리미엄을 모를 때 매수(allow, reduce, refuse)
setting-buy_on_warning = 유의 종목도 매수
setting-raise_delay_seconds = 한도를 올리거나 보호를 풀 때 대기

### 잘못된 입력
error-argument-missing = 빠진 것이 있습니다: { $name }
error-argument-extra = 이해하지 못한 부분이 있습니다: { $value }
error-line-too-long = 너무 깁니다. { $most }자까지 됩니다.
error-button-unknown = 더 이상 쓸 수 없는 버튼입니다.
error-confirmation-gone = 확인 시간이 지났거나 이미 처리되었습니다. 명령을 다시 보내세요.
error-confirmation-other = 명령을 보낸 사람만 확인할 수 있습니다.
error-help-unknown = 그런 명령이 없습니다: { $value }
error-krw-unclear = 금액을 알 수 없습니다: { $value } (예: 5만원, 50,000원)
error-krw-not-whole = 금액은 1원 이상의 정수여야 합니다: { $value }
error-price-unclear = 가격을 알 수 없습니다: { $value } (예: 95,000,000 또는 9500만원)
error-quantity-unclear = 수량을 알 수 없습니다: { $value } (예: 0.01 또는 0.01개)
error-share-unclear = 비율을 알 수 없습니다: { $value } (예: 50%, 절반, 전량)
error-fraction-unclear = 비율을 알 수 없습니다: { $value } (예: 3% 또는 0.03)
error-bps-unclear = bps 값을 알 수 없습니다: { $value } (예: 30 또는 0.3%)
error-count-unclear = 개수를 알 수 없습니다: { $value } (예: 10)
error-count-range = { $value }: { $low }부터 { $high }까지 됩니다.
error-yes-no-unclear = 예 또는 아니오로 답하세요: { $value }
error-duration-unclear = 시간을 알 수 없습니다: { $value } (예: 30분, 2시간, 1h30m)
error-time-unclear = 시각을 알 수 없습니다: { $value } (예: 30분, 09:00, 오후 3시, 내일 9시)
error-time-past = 이미 지난 시각입니다: { $value }
error-timeframe-unknown = 봉을 알 수 없습니다: { $value } (가능: { $known })
error-period-unclear = 기간을 알 수 없습니다: { $value } (예: day, week, month, 14)
error-sell-size-unclear = 금액인지 수량인지 알 수 없습니다: { $value } (예: 5만원, 0.01개, 50%)
error-sell-all-alone = 전부 팔 때는 수량이나 가격을 붙이지 않습니다. (/sell all)
error-buy-other-coin = 단위 { $unit }, 마켓 { $market }: 서로 다른 코인입니다.
error-sell-other-coin = 단위 { $unit }, 마켓 { $market }: 서로 다른 코인입니다.
error-sell-more-than-held = { $value } 매도 요청, 보유 평가액 { $held }
error-nothing-to-sell = 팔 포지션이 없습니다: { $market }
error-price-unknown = 현재 가격을 알 수 없습니다: { $market }
error-market-unknown = 그런 마켓이 없습니다: { $text } (예: BTC, 비트코인, KRW-BTC)
error-market-unknown-near = 그런 마켓이 없습니다: { $text } 혹시: { $choices }
error-market-ambiguous = 여러 마켓이 해당됩니다: { $text } → { $choices } 중 코드로 골라 주세요.
error-markets-change-unclear = add 또는 remove 를 붙여 주세요: { $value }
error-markets-empty = 마켓은 하나 이상 있어야 합니다.
error-no-candles = 봉이 아직 없습니다: { $market }
error-strategy-unknown = 그런 전략이 없습니다: { $name } (가능: { $names })
error-param-unknown = { $strategy }에는 그런 파라미터가 없습니다: { $name } (가능: { $names })
error-param-bad-value = { $name } = { $value }: 쓸 수 없는 값입니다. ({ $bounds })
error-param-not-below = { $lower }({ $low })는 { $upper }({ $high })보다 작아야 합니다.
error-param-no-weight = 가중치 중 하나는 0보다 커야 합니다.
error-setting-unknown = 그런 설정이 없습니다: { $key } (/settings 로 확인)
error-setting-ambiguous = 여러 설정이 해당됩니다: { $key } → { $choices }
error-setting-bad-value = { $key } = { $value }: 쓸 수 없는 값입니다.
error-setting-fixed = { $key }: 채팅으로 바꿀 수 없습니다. 환경 변수에서 바꾸고 다시 시작하세요.
error-raise-none = { $key }: 기다리는 변경이 없습니다.
error-undo-none = 되돌릴 변경이 없습니다.
error-export-unknown = 내보낼 수 없는 것입니다: { $value } (가능: { $known })
error-ranking-unknown = 정렬 기준을 알 수 없습니다: { $value } (가능: { $known })
error-level-unknown = 알 수 없는 말입니다: { $value } – 개수(20)나 수준({ $known })을 쓰세요.
error-trail-unknown = 알 수 없는 말입니다: { $value } – 개수(20), 종류({ $known }), me(나), 사람(telegram:123) 가운데 하나를 쓰세요.
error-group-unknown = 그런 설정 묶음이 없습니다: { $value } (가능: { $known })
error-ticket-none = 대기 중인 제안이 없습니다.
error-ticket-unknown = 대기 중인 제안이 없습니다: { $id }
error-ticket-ambiguous = 제안이 여러 개입니다. ID를 붙여 주세요: { $ids }
error-difference-unknown = 그런 차이가 없습니다: { $id } (/reconcile 참고)
error-difference-ambiguous = 답을 기다리는 차이가 여러 개입니다. ID를 붙여 주세요: { $ids }
error-difference-answered = 이미 처리되었습니다: { $answer ->
    [adopted] 반영
    [ignored] 무시
    [cancelled] 취소
   *[other] 저절로 해소
  } ({ $by })
error-difference-answer-unclear = 반영, 무시, 취소 가운데 하나를 적어 주세요: { $value }
error-difference-no-order = 취소는 주문에만 할 수 있습니다.
error-difference-no-adopt = 직접 낸 주문은 봇이 넘겨받지 않습니다. 취소하거나 무시해 주세요.
error-difference-not-listed = { $currency }: 원화 마켓이 없어 반영할 수 없습니다.
error-difference-moving = { $currency } 주문이 진행 중입니다. 잠시 뒤 다시 해 주세요.
error-difference-changed = { $currency } 수량이 그사이 바뀌었습니다. /reconcile 을 확인해 주세요.
error-difference-too-small = { $currency } 수량이 너무 적어 팔 수 없으므로 반영할 수 없습니다.
error-order-unknown = 그런 주문이 없습니다: { $id }
error-order-ambiguous = 여러 주문이 해당됩니다. ID를 더 길게 써 주세요: { $id }
error-language-unknown = 그런 언어가 없습니다: { $value } (가능: { $languages })
error-drill-running = 이미 훈련 중입니다. /drill 로 진행 상황을 볼 수 있습니다.
error-drill-none = 진행 중인 훈련이 없습니다.
error-drill-no-room = 훈련에 쓸 메모리가 모자랍니다: 여유 { $free } MB, 필요 { $needed } MB. 다른 프로그램을 끄거나 더 큰 서버에서 해 보세요. 거래는 그대로 계속됩니다.
error-drill-part-unclear = /drill, /drill last, /drill stop 가운데 하나로 써 주세요: { $value }

### 실패
failed-unreachable = 거래소에 연결하지 못했습니다. 잠시 후 다시 해 주세요.
nothing-sent = 주문은 보내지 않았습니다.
ticket-stays = 제안은 그대로 남아 있습니다.
failed-busy = 거래소 요청이 많아 기다리는 중입니다. 잠시 후 다시 해 주세요.
failed-offline = 거래소가 점검 중입니다. 점검이 끝난 뒤 다시 해 주세요.
failed-blocked = 요청이 많아 거래소가 접속을 잠시 막았습니다. 1분쯤 뒤에 다시 해 주세요.
failed-forbidden = API 키 권한 문제입니다. 만료, 권한, 허용 IP를 확인하세요. ({ $detail })
failed-funds = 잔고가 부족합니다. ({ $detail })
failed-rejected = 거래소가 거부했습니다. 주문되지 않았습니다. ({ $detail })
failed-outcome-unknown = 보냈으나 응답이 없어 확인 중입니다. 다시 보내지 않습니다.
failed-storage = 기록을 저장하지 못했습니다. ({ $detail })
failed-mismatch = 장부와 거래소가 다릅니다. 매수를 멈추고 확인하세요.
failed-other = 처리하지 못했습니다. ({ $detail })
failed-internal = 봇 내부에서 문제가 생겼습니다. 반복되면 /logs 에서 { $reference }를 찾아보세요.

### 알림
notice-started = 시작: { $mode } · { $state }
notice-stopped = 서비스를 멈췄습니다.
notice-failsafe = ⚠️ 서비스가 장애로 꺼져 있습니다. 비상 안전 조치({ $policy ->
    [hold] 그대로 둠
    [stop-entries] 신규 매수 중단
    [cancel] 주문 취소
   *[other] 전량 매도
  }): { $outcome ->
    [done] 완료
   *[other] ⚠️ 실행하지 못함
  }
notice-ticket-answered = { $market } { $side } 제안: { $answer } ({ $by })
notice-ticket-expired = { $market } { $side } 제안이 답 없이 만료되었습니다.
notice-ticket-silence = ⏰ { $market } { $side }: 답이 없어 규칙대로 실행합니다.
notice-order = { $market } { $side } 주문
notice-order-unknown = ⚠️ { $market } 주문: 보냈으나 응답이 없습니다.
notice-order-resolved = { $market } 주문 확인됨: { $state }
notice-order-rejected = { $state ->
    [expired] ❌ { $market } 주문이 접수되지 않았습니다: { $name }
   *[other] ❌ { $market } 주문을 거래소가 거부했습니다: { $name }
  }
notice-order-cancelled = { $market } 주문이 취소되었습니다.
notice-fill = { $market } { $side } 체결 { $quantity } @ { $price }
notice-entry = 진입: { $market } { $quantity }
notice-guard-moved = { $market } 손절 이동: { $before } → { $stop } ({ $cause })
notice-exit = 청산: { $market } { $pnl } ({ $pnl_share })
notice-denied = { $market } { $side } 거부: { $reasons }
notice-limit-hit = ⛔ 한도 도달: { $reasons }
notice-state-changed = 거래 상태: { $state } · { $by }
notice-setting-changed = 설정 { $key }: { $old } → { $new } ({ $by })
notice-setting-waits = ⏳ 설정 { $key }: { $old } → { $new } 변경 대기 ({ $by })
notice-setting-cancelled = 설정 { $key }: { $new } 변경 취소, { $old } 그대로 ({ $by })
notice-panic = 긴급 청산{ $going_on ->
    [yes] {" "}진행 중
   *[other] {""}
  }: { $flat ->
    [yes] 남은 것 없음
   *[other] 남은 것 있음
  } ({ $by }, { $seconds })
notice-error = ❌ 오류: { $where }{ $often ->
    [once] {""}
   *[other] {" "}(×{ $count })
  }
notice-job-failed = ⚠️ 작업 실패: { $job }{ $often ->
    [once] {""}
   *[other] {" "}(×{ $count })
  }
notice-job-recovered = ✅ 작업 정상화: { $job } (실패 { $count }회 후)
notice-stream-lost = ⚠️ 연결 끊김: { $stream }
notice-stream-back = ✅ 다시 연결됨: { $stream } ({ $seconds } 만에)
notice-mismatch = { $kind ->
    [short] ❌ 봇의 코인이 모자랍니다: { $currency } { $change }
    [order] 봇의 것이 아닌 주문: { $market } { $side }
    [extra] 봇의 것이 아닌 코인이 들어왔습니다: { $change }
    [gone] 본인 코인이 나갔습니다: { $change }
    [cash] 원화 입출금이 있습니다: { $change }
   *[other] ❌ 장부와 거래소가 다릅니다: { $currency }
  }
notice-difference-answered = { $currency } 차이: { $answer } ({ $by })
notice-reconciled = { $equal ->
    [yes] 장부와 거래소가 같습니다
   *[other] ⚠️ 장부와 거래소가 같지 않습니다
  }
notice-daily-report = 일일 보고 { $date } · 자산 { $equity }
notice-drill-finished = { $outcome ->
    [passed] ✅ 장애 훈련 통과 ({ $seconds })
    [failed] ❌ 장애 훈련 실패 ({ $seconds })
    [stopped] 장애 훈련 중지: { $by } ({ $seconds } 만에)
    [cut] ⚠️ 서비스가 끝나 장애 훈련이 중단되었습니다 ({ $seconds } 만에)
   *[other] ⚠️ 장애 훈련을 진행하지 못했습니다
  }
notice-advice = 🤖 { $market } { $side } · AI { $verdict }
detail-advice-votes = { $votes }
detail-advice-reason = { $reason }
detail-advice-cost = AI 비용 { $cost }
button-advice = AI 답변 보기
verdict-approved = 동의
verdict-rejected = 반대
verdict-tie = 동수
verdict-no_quorum = 정족수 미달
verdict-all_failed = 모두 무응답
verdict-budget = 예산 소진, 규칙대로 진행
verdict-cooldown = 반대 후 쉬는 중
verdict-too_dear = 비용이 주문에 비해 커서 묻지 않음
ai-role-off = 사용 안 함
ai-role-adviser = 참고만
ai-role-veto = 동의 필요
ai-role-decider = AI가 제안
pattern-title = { $market } 패턴 위험 { $risk }
pattern-title-useless = { $market } 패턴 모델은 지금 참고할 만하지 않습니다
pattern-means = 12캔들 안에 종가가 ATR의 1.5배 넘게 내려갈 확률입니다.
pattern-usual = 평소 { $base }
pattern-position = 제안 비중: 평소 금액의 { $share }
pattern-scores = 표본 밖 성적: { $n }건 · AUC { $auc } · 기본 확률 대비 { $skill }
pattern-data = 학습 자료 { $rows }캔들({ $first } ~ { $last }) · 학습 { $trained }
pattern-advice = 참고용입니다. 주문을 막거나 내지 않습니다.
pattern-none = { $market } 패턴 모델이 아직 없습니다
pattern-nightly = 매일 새벽 4시 40분에 필요한 모델을 학습합니다.
pattern-too-few = { $market }: 캔들이 모자라 학습하지 못했습니다
button-train = 지금 학습
arg-train = train
outcome-ok = 완료
outcome-asked = 확인 요청
outcome-ticket = 제안됨
outcome-going-on = 진행 중
outcome-refused = 주문하지 않음
outcome-left = 남은 것 있음
outcome-dropped = 그만둠
outcome-waits = 나중에 적용
outcome-denied = 한도에 막힘
outcome-partly = 일부만
outcome-none = 대상 없음
outcome-failed = 실행되지 않음
notice-command = { $person } { $line } → { $outcome }
notice-stranger = ⚠️ 등록되지 않은 사용자: { $person } { $name }
notice-chat-down = ⚠️ { $channel }에 메시지가 전달되지 않습니다.
notice-chat-back = ✅ { $channel }에 메시지가 다시 전달됩니다({ $seconds } 만에).
detail-started-strategy = 전략 { $strategy } · { $timeframe }
detail-started-markets = 마켓 { $markets }
detail-started-open = 보유 포지션 { $positions }개
detail-nobody-admitted = 등록된 소유자가 없어 채팅으로는 아무도 조작할 수 없습니다. 등록하려면 서버에서: python -m chatbot pair
detail-stopped-left = 남은 포지션 { $positions }개는 서비스가 꺼진 동안 보호되지 않습니다.
detail-failsafe-what = { $policy ->
    [hold] 아무것도 건드리지 않았습니다.
    [stop-entries] /resume 전까지 신규 매수가 잠깁니다.
    [cancel] 주문 취소를 진행했고, /resume 전까지 신규 매수가 잠깁니다.
   *[close] 주문 취소와 전량 매도를 진행했고, /resume 전까지 신규 매수가 잠깁니다.
  }
detail-failsafe-positions = 남은 포지션 { $positions }개는 보호되지 않습니다.
detail-failsafe-orders = 미체결 주문이 { $open_orders }건 남아 있을 수 있습니다.
detail-failsafe-note = { $note }
detail-failsafe-next = 다시 켜질 때까지 업비트 앱에서 직접 살펴 주세요. 서버에서: systemctl status trader, 이어서 python -m chatbot doctor
failsafe-no-exchange = 모의 거래소가 서비스와 함께 꺼져 취소하거나 팔 것이 없습니다.
detail-order-size = 주문량 { $size }
detail-order-price = 지정가 { $price }
detail-order-id = 주문 { $client_order_id }
detail-order-unknown = 거래소에서 찾는 중입니다. 다시 보내지 않습니다.
detail-rejected-message = { $message }
detail-exit-again = 보호 매도이므로 계속 다시 시도합니다.
detail-order-gone = 주문되지 않았습니다. 필요하면 다시 주문해 주세요.
detail-silence-rule = 금액 { $notional } · 규칙: { $limit } 이하는 답이 없어도 실행
detail-silence-hours = 적용 시간 { $hours }
detail-silence-against = 규칙대로 실행하지 않은 이유: { $reasons }
detail-cancelled-why = 이유: { $reason }
detail-fill-sum = 금액 { $funds } · 수수료 { $fee }
detail-fill-slippage = 슬리피지 { $slippage_bps }bps
detail-entry-cost = 평균 { $average_cost } · 들인 금액 { $cost }
detail-entry-stop = 손절 { $stop }
detail-entry-take = 익절 { $take }
detail-exit-why = 이유: { $reason }
detail-exit-sums = 받은 금액 { $proceeds } · 수수료 { $fees } (손익에 반영됨)
detail-exit-held = { $held_seconds } 보유
detail-state-until = { $until }까지
detail-state-why = 이유: { $reason }
detail-setting-due = { $due }부터 적용
detail-panic-cause = { $cause } – 될 때까지 다시 시도합니다.
detail-panic-counts = 취소 { $cancelled }건 · 매도 { $sold }종 · 남은 주문 { $open_orders_left }건
detail-panic-remaining = 남은 것: { $remaining }
detail-panic-proceeds = 받은 금액 { $proceeds }
detail-error-market = { $market }
detail-error-cause = { $cause }
detail-message = { $message }
detail-message-error = { $error }
detail-stream-lost = 다시 연결하는 중입니다.
detail-stream-lost-public = 그동안 손절·익절은 1초마다 조회한 가격으로 봅니다.
detail-stream-cause = 이유: { $cause }
detail-mismatch = { $kind ->
    [order] 남은 수량 { $venue } @ { $price }
   *[other] 장부 { $book } / 거래소 { $venue }
  }
detail-mismatch-cause = { $cause ->
    [manual_order] 거래소에서 직접 낸 주문입니다.
    [manual_buy] 직접 샀습니다.
    [manual_sale] 직접 팔았습니다.
    [deposit] 입금입니다.
    [withdrawal] 출금했거나 옮겼습니다.
   *[other] 봇보다 먼저 있던 것입니다.
  }
detail-mismatch-trade = { $krw } · 가격 { $price }
detail-mismatch-next = { $kind ->
    [short] 반영하면 { $price }에 포지션을 바로잡고 봇의 손익에는 넣지 않습니다. 답할 때까지 이 마켓은 사지 않습니다.
    [order] 따로 지시하지 않으면 봇은 건드리지 않습니다.
    [extra] 그대로 본인 것입니다. 반영하면 봇에 맡깁니다.
    [gone] 본인 것이었으므로 봇의 손익이 아닙니다.
    [cash] 손익에 넣지 않습니다.
   *[other] 직접 거래했거나 입출금이 있었는지 확인하세요.
  }
detail-difference-change = { $change }
detail-reconciled-open = 답을 기다리는 차이 { $open }건
detail-daily-result = 실현 { $realised } · 평가 { $unrealised }
detail-daily-trades = 거래 { $closed }건, 이익 { $wins }건
detail-daily-fees = 수수료 { $fees }
detail-stranger = 허용하려면 /invite viewer(또는 trader)로 코드를 만들어 전하세요.
detail-chat-down = 복구될 때까지 중요한 알림은 여기로 보냅니다.
detail-chat-down-since = { $since }부터 { $waiting }건이 기다리고 있습니다.
detail-chat-down-fault = { $fault }
detail-chat-back = 그동안의 메시지는 그곳에 모아서 전달합니다.

### 전달: 장애, 늦은 명령, 묶음 알림
chat-unreachable = { $channel }에 연결할 수 없습니다. 거래는 계속되며, 메시지는 보관했다가 나중에 보냅니다.
chat-busy = { $channel }: 전송 속도를 줄이라는 요청을 받았습니다. 메시지는 보관했다가 천천히 보냅니다.
chat-forbidden = { $channel }: 토큰이 거부되었습니다. .env에 올바른 토큰을 넣고 다시 시작하세요. 그때까지 계속 다시 시도합니다.
chat-conflict = 다른 프로그램이 같은 { $channel } 토큰을 쓰고 있습니다. 그 프로그램을 끄거나 새 토큰을 쓰세요. 명령은 둘 중 한 곳에만 전달됩니다.
chat-refused = { $channel }에서 봇이 그곳에 쓸 수 없습니다. 봇을 시작하거나 차단을 풀거나, 채널에 초대해 주세요.
chat-back = { $channel } 연결이 돌아왔습니다.
late-title = 📥 연결이 끊긴 동안 온 명령 { $count }건을 실행하지 않았습니다.
late-safer = ▸ { $said } · { $age } 전 – 아래에서 바로 실행
late-expired = ▸ { $said } · { $age } 전 – 만료
late-hint = 그동안 가격이 바뀌었을 수 있습니다. 아래 버튼을 누르면 지금 실행합니다.
late-now = ▶ { $line }
late-again = 다시 실행: { $line }
late-press-title = 버튼이 너무 늦게 도착해 받지 않았습니다.
late-press-line = ▸ { $said } – 지난 { $away } 사이 언제 눌렀는지 알 수 없습니다. 메시지를 다시 보고 한 번 더 눌러 주세요.
cut-off-title = 재시작으로 중단되었습니다: { $line }
cut-off-line = 어디까지 진행되었는지 확실하지 않으며, 저절로 다시 실행하지 않습니다. 다시 하기 전에 먼저 확인하세요.
cut-off-button = 버튼
digest-title = 📬 놓친 소식 { $count }건 ({ $from } ~ { $to })
digest-trades = 거래 { $count }건{ $closed ->
    [0] {""}
   *[other] {""} · 종료 { $closed }건 순손익 { $pnl }
  }
digest-trade-closed = { $arrow } { $market } { $pnl } ({ $share }) · { $from } → { $to } · { $reason }
digest-group = { $name } { $count }건
digest-one = { $at } { $text }
digest-many = { $text } ×{ $count } ({ $from } ~ { $to })
digest-more = 그 밖에 { $count }건: /history
digest-group-orders = 주문
digest-group-errors = 오류와 경고
digest-group-control = 상태와 설정
digest-group-books = 장부와 거래소
digest-group-service = 서비스
digest-group-reports = 보고
delivery-late = { $age } 늦게 전달되었습니다. 실제 시각은 { $at }입니다.
delivery-again = { $title } (다시 보냄)
fold-count = { $count }회 · 처음 { $from } · 마지막 { $to }
fold-over = { $title } ({ $count ->
    [1] {""}
   *[other] ×{ $count }, 마지막{" "}
  }{ $to })

### 거래 카드: 거래 하나를 처음부터 끝까지 보여 주는 메시지
trade-proposed = ❓ 제안 대기 중 · { $market }
trade-ordered = 🕒 { $side } 주문 중 · { $market }
trade-checking = ⚠️ 주문 확인 중 · { $market }
trade-holding = 🟢 보유 중 · { $market }
trade-selling = 🟠 매도 중 · { $market }
trade-closed = 🏁 거래 종료 · { $market }
trade-ended = ⚪ 체결 없이 종료 · { $market }
trade-size = { $quantity } · 평균 { $average }
trade-now = 현재 { $bid } · 평가손익 { $pnl } ({ $share })
trade-now-unknown = 현재가를 아직 모릅니다.
trade-realised = 실현손익 { $pnl } · 판 수량 { $quantity }
trade-net = { $arrow } 순손익 { $pnl } ({ $share })
trade-bought-sold = 매수 { $cost } → 매도 { $proceeds }
trade-held = { $held } 보유 · 수수료 { $fees }
trade-why = 이유: { $why }
step-proposal = { $side } 제안
step-ticket-answered = 제안 { $answer } ({ $by })
step-ticket-expired = 제안이 답 없이 만료
step-ticket-expired-against = 답이 없고 규칙대로도 실행하지 않음: { $reasons }
step-ticket-silence = 답이 없어 규칙대로 실행
step-denied = 거부: { $reasons }
step-order = { $side } 주문 { $size }
step-order-unknown = 응답 없음, 확인 중
step-order-resolved = 주문 확인됨: { $state }
step-order-rejected = { $state ->
    [expired] 접수되지 않음: { $name }
   *[other] 거래소가 거부: { $name }
  }
step-order-cancelled = 주문 취소
step-fill = { $side } 체결 { $quantity } @ { $price }
step-entry = 진입 완료
step-guard-moved = 손절 이동 → { $stop } ({ $cause })
step-exit = 청산 ({ $reason }) { $pnl }
step-error = ❌ { $where }

### 장애 훈련
drill-started = 장애 훈련을 시작했습니다. 약 { $seconds } 걸립니다.
drill-untouched = 지금 거래는 건드리지 않습니다. 따로 띄운 서비스가 가상 거래소에서 모의 자금으로 합니다. 끝나면 결과를 알려 드립니다.
drill-runs = 장애 훈련 { $seconds }째, 지금: { $step }
drill-stopped = 훈련을 멈췄습니다. 남은 것은 없습니다.
drill-never-run = 아직 훈련한 적이 없습니다.
drill-step-start = 시작
drill-step-outage = 거래소 두절
drill-step-crash = 강제 종료(주문 도중 kill -9)
drill-step-restart = 재시작
drill-step-panic = 긴급 청산
drill-step-books = 장부 대조
drill-facts-outage = { $outage_seconds }초 동안
drill-facts-panic = 매도 { $sold }종, 취소 { $cancelled }건
drill-facts-books = 주문 { $orders }건, 체결 { $fills }건
drill-check-start-ready = 준비
drill-check-start-bought = 매수와 지정가 주문
drill-check-outage-noticed = 알림
drill-check-outage-answer = /status 응답
drill-check-outage-stop = 복구 후 손절
drill-check-outage-streams = 스트림 복구
drill-check-outage-trading = 거래 재개
drill-check-crash-ready = 다시 준비
drill-check-crash-order = 보낸 주문 확인
drill-check-crash-guards = 손절·익절 복원
drill-check-crash-stop = 손절
drill-check-restart-end = 종료
drill-check-restart-ready = 다시 준비
drill-check-restart-kept = 그대로 유지
drill-check-panic-flat = 모두 정리
drill-check-books-equal = 주문·체결·현금·코인
drill-late = ❗{ $reached } (허용 { $allowed }초)
drill-never = ❗{ $name }: { $allowed }초 안에 되지 않음
drill-not-run = 하지 못한 단계: { $steps }
drill-differs = 다른 점: { $what }
drill-defect-order-unknown-to-us = 장부에 없는 주문
drill-defect-order-twice = 두 번 나간 주문
drill-defect-order-that-never-was = 거래소에 없는 주문
drill-defect-order-in-a-wrong-state = 상태가 틀린 주문
drill-defect-order-with-wrong-figures = 숫자가 틀린 주문
drill-defect-order-unresolved = 결과를 모르는 주문
drill-defect-order-left-open = 열려 있는 주문
drill-defect-fill-lost = 빠진 체결
drill-defect-fill-too-many = 더 적힌 체결
drill-defect-fill-with-wrong-figures = 숫자가 틀린 체결
drill-defect-cash-differs = 현금이 다름
drill-defect-coins-differ = 코인이 다름
drill-defect-position-differs = 포지션이 다름
drill-defect-result-differs = 손익이 다름
drill-defect-position-without-guard = 보호 없는 포지션
drill-defect-guard-with-wrong-levels = 보호 가격이 틀림
drill-defect-difference-that-is-none = 없는 차이를 보고함
drill-defect-books-damaged = 장부가 손상됨
drill-defect-service-failed = 서비스 오류
drill-why = 이유: { $detail }
drill-log = 훈련용 서비스의 기록: DATA_DIR의 drill.log
drill-broken = 지금 거래와는 관계없습니다. 다시 해 보고, 또 그러면 서비스 로그를 확인하세요.
drill-ended = 훈련용 서비스가 저절로 끝났거나 응답하지 않았습니다. 이 버전으로 실전 거래를 하지 말고 알려 주세요.
drill-hint-start-ready = 시작이 느립니다. 서버가 바쁘거나 디스크가 느린지 /health 로 보고, 한가할 때 다시 해 보세요.
drill-hint-start-bought = 처음 매수부터 되지 않았습니다. 실전 거래 전에 drill.log 를 확인하세요.
drill-hint-outage-noticed = 거래소가 끊겨도 알림이 늦습니다. drill.log 를 확인하세요.
drill-hint-outage-answer = 거래소가 끊기면 명령 응답이 늦습니다. 급하면 PANIC 파일이나 업비트 앱을 쓰세요.
drill-hint-outage-stop = 두절 뒤 손절이 늦습니다. 원인을 찾을 때까지 보유 금액을 줄이세요.
drill-hint-outage-streams = 두절 뒤 시세가 늦게 돌아옵니다. 네트워크와 서버 부하를 확인하세요.
drill-hint-outage-trading = 두절 뒤 매수가 늦게 재개됩니다. drill.log 를 확인하세요.
drill-hint-crash-ready = 다시 시작하는 데 너무 오래 걸립니다. 다른 프로그램을 끄거나 더 빠른 서버를 쓰세요.
drill-hint-crash-order = 도중에 있던 주문을 찾지 못했습니다. 강제 종료 뒤에는 꼭 /reconcile 을 해 보세요.
drill-hint-crash-guards = 강제 종료 뒤 보호가 빠질 수 있습니다. 그런 일이 있으면 /positions 와 /reconcile 로 확인하세요.
drill-hint-crash-stop = 강제 종료 뒤 손절이 늦습니다. drill.log 를 확인하세요.
drill-hint-restart-end = 종료가 너무 느려 systemd가 강제로 끝낼 수 있습니다. 디스크가 느린지 확인하세요.
drill-hint-restart-ready = 다시 시작하는 데 너무 오래 걸립니다. 다른 프로그램을 끄거나 더 빠른 서버를 쓰세요.
drill-hint-restart-kept = 재시작 뒤 포지션, 보호, 주문이 달라졌습니다. 재시작 앞뒤로 /positions 를 비교하세요.
drill-hint-panic-flat = 긴급 청산이 제때 끝나지 않았습니다. 실제로 썼다면 업비트 앱에서 꼭 확인하세요.
drill-hint-books-equal = 장부와 거래소가 달랐습니다. 이 버전으로 실전 거래를 하지 말고 알려 주세요.

### The end of the demonstration
demo-greeting = 가상 거래소에서 모의 돈 10,000,000원으로 { $speed }배속 거래를 시작합니다.
demo-typed = 입력해 보세요: /status · /buy BTC 50000 · /positions · /why BTC · /chart BTC · /panic · /help
demo-leave = 그냥 말해도 됩니다: "비트코인 5만원 사줘". 버튼은 번호로 누르고, 끝낼 때는 Ctrl-D
demo-no-terminal = 명령은 터미널에서 입력하거나, 파일에 적어 --commands 로 줍니다.
demo-summary = 끝났습니다: 주문 { $orders }건, 체결 { $fills }건, 남은 포지션 { $positions }개, 수수료 { $fees }.
    자산: 장부 { $equity }, 거래소 { $exchange }

### 시세 알림
help-alerts = 시세 알림: 가격, 변동, 지표
example-alerts = /alerts BTC > 1억
arg-alert = 마켓 조건 | delete 번호 | mute 번호 [시간]
arg-alert-id = 알림 번호
arg-repeat = 반복
alert-price-above = 가격 { $level } 초과
alert-price-at-least = 가격 { $level } 이상
alert-price-below = 가격 { $level } 미만
alert-price-at-most = 가격 { $level } 이하
alert-move-above = { $span } 안에 { $level } 상승
alert-move-below = { $span } 안에 { $level } 하락
alert-move-either = { $span } 안에 { $level } 변동
alert-rsi = RSI({ $span }) { $sign } { $level } ({ $timeframe })
alert-sma-above = 종가가 { $span }봉 평균 위 ({ $timeframe })
alert-sma-below = 종가가 { $span }봉 평균 아래 ({ $timeframe })
alert-volume = 거래량이 { $span }봉 평균의 { $level }배 { $way ->
    [below] 미만
    [at-most] 이하
    [above] 초과
   *[other] 이상
} ({ $timeframe })
alert-value-sma = 평균보다 { $share }
alert-value-volume = 평균의 { $times }배
alert-set = 🔔 알림을 걸었습니다: { $alert }
alert-now = 지금 { $value }
alert-holds = 이미 만족하고 있습니다. 벗어났다가 다시 만족하면 알립니다.
alert-ends = { $at }까지 지켜봅니다.
alert-repeats = 한 번 알린 뒤에도 계속 지켜봅니다.
alert-repeating = 반복
alert-was-fired = { $at }에 알림
alert-was-expired = { $at }에 끝남
alerts-title = 시세 알림 { $count }건
alerts-count = { $count }건
alerts-none = 걸어 둔 시세 알림이 없습니다.
alerts-how = 예: /alerts BTC > 1억 · /alerts XRP 3천원 · /alerts BTC -5% 1h · /alerts BTC rsi < 30 15m
alerts-over = 끝난 알림
alerts-deleted = 알림을 지웠습니다: { $alert }
alerts-muted = 🔕 알림을 껐습니다: { $alert }
alerts-muted-until = { $at }부터 다시 알립니다.
alerts-unmuted = 🔔 알림을 다시 켰습니다: { $alert }
button-delete = 삭제
button-alerts = 알림 목록
button-alert-again = 다시 걸기
button-mute-hour = 1시간 끄기
button-mute-all = 모두 끄기
button-unmute-all = 모두 켜기
button-delete-all = 모두 삭제
notice-alert = { $outcome ->
    [expired] ⌛ 만료된 알림: { $market } { $condition }
   *[other] 🔔 { $market } { $condition }
}
detail-alert-value = 지금 { $value }
detail-alert-repeat = 계속 지켜봅니다.
digest-group-alerts = 시세 알림
health-job-alerts = 시세 알림
health-job-alert-candles = 지표 알림
error-alert-unclear = 알림 조건을 알 수 없습니다: { $value }
error-alert-window = { $value } 변동을 볼 시간을 함께 적어 주세요. 예: 5% 1h
error-alert-span = { $kind ->
    [move] 변동을 볼 시간은 1분에서 하루까지입니다.
   *[other] 봉 수는 { $least }에서 { $most }까지입니다.
}
error-alert-value = 이 값으로는 알림을 걸 수 없습니다: { $value }
error-alert-too-many = 알림은 한 사람이 { $most }건까지 걸 수 있습니다. 지난 것을 지워 주세요: /alerts
error-alert-too-long = 알림은 { $days }일까지 걸 수 있습니다.
error-alert-krw-only = 원화 마켓에만 알림을 걸 수 있습니다: { $market }
error-alert-unknown = 그런 알림이 없습니다: { $id }. 목록은 /alerts
error-alert-ambiguous = ID가 { $id } 로 시작하는 알림이 여럿입니다. 한 글자 더 적어 주세요.
error-alert-over = 이미 끝난 알림입니다: { $id }. 다시 걸려면 /alerts again { $id }

### 누구에게 무엇을 알리는지
help-notify = 어떤 알림을 어디서 받을지
example-notify = /notify trades -> telegram:-100123/45
help-quiet = 방해 금지 시간
example-quiet = /quiet 23:00-07:00
arg-notify = quiet|normal|all | 종류 on|off | 종류 -> 대화
arg-notify-how = on, off 또는 -> 와 대화
arg-hours = 시각-시각 | off
notify-title = 알림 설정
notify-quiet = 조용히
notify-normal = 보통
notify-all = 모두
notify-is-quiet = 이 대화: 조용히 – 경고, 보고, 시세 알림과 물어볼 것만
notify-is-normal = 이 대화: 보통 – 일어난 일을 모두
notify-is-all = 이 대화: 모두 – 거부된 주문까지
notify-off = 꺼 둔 종류: { $names }
notify-not-here = 이 대화로 보내는 알림은 지금 없습니다. 여기서 건 시세 알림만 옵니다.
notify-nobody = 없음
notify-default = 받는 곳: { $places }
notify-routed = { $name } → { $places }
notify-critical = 중요한 알림과 물어볼 것은 언제나 옵니다.
notify-group-trades = 거래
notify-group-orders = 주문
notify-group-errors = 오류
notify-group-reports = 보고
notify-group-alerts = 시세 알림
notify-group-control = 상태·설정
quiet-hours = 🌙 방해 금지 { $hours } (서울)
quiet-none = 방해 금지 시간 없음
quiet-how = 이 시간에는 중요한 알림만 오고, 나머지는 끝날 때 모아서 옵니다.
quiet-now = 지금은 { $at }까지 조용합니다.
quiet-example = 예: /quiet 23:00-07:00
button-quiet = 🌙 { $hours }
button-quiet-off = 방해 금지 끄기
button-notify = 알림 설정
error-notify-unclear = { $value }: { $known } 가운데 하나로 적어 주세요.
error-place-unclear = 대화를 알 수 없습니다: { $value }. 예: telegram:-100123/45, slack:C0123, here
error-place-none = 설정할 대화가 없습니다. 텔레그램이나 슬랙에서 하거나, 종류 -> 대화로 적어 주세요.
error-place-no-channel = { $channel } 연결이 설정되어 있지 않아 그곳으로 보낼 수 없습니다.
error-place-too-many = 한 종류는 대화 { $most }곳까지 보낼 수 있습니다.
error-hours-unclear = 시간을 알 수 없습니다: { $value }. 예: 23:00-07:00

### AI 성적, 기억, 교훈, 오답 노트
verdict-no_voters = 투표권이 남은 AI가 없어 규칙대로 진행
notice-ai-scorecard = 📊 AI 성적표 { $days }일 · 질문 { $questions }회 · 비용 { $cost }
notice-ai-member = { $change ->
    [demoted] ⚠️ AI { $member }의 투표권을 뺐습니다.
    [restored] AI { $member }에 투표권을 돌려주었습니다. ({ $by })
    [retiring] ⚠️ AI { $member }의 모델 종료 예정: { $model } ({ $ends })
    [retired] ❌ AI { $member }의 모델이 종료되었습니다: { $model }
    [unknown] ❌ AI { $member }: 업체에 없는 모델입니다: { $model }
   *[other] ⚠️ AI { $member }에 더 묻지 않습니다.
  }
detail-ai-demoted = 답변 { $n }회의 기여가 { $value }, 비용이 { $cost }입니다. 계속 묻고 채점하지만 투표에는 넣지 않습니다. 되돌리기: /ai restore { $member }
detail-ai-restored = 지금부터의 답변으로 다시 평가합니다.
detail-ai-retiring = 그 전에 { $setting }에 다른 모델을 적고 다시 시작하세요.
detail-ai-retired = { $setting }에 다른 모델을 적고 다시 시작하세요.
detail-ai-unknown = { $setting } 값과 API 키를 확인하고 다시 시작하세요.
detail-ai-off = 업체의 답: { $detail }. 키, 결제, 모델 이름을 확인하고 다시 시작하세요.
notice-ai-budget = ⚠️ AI 비용이 { $period ->
    [month] 이번 달
   *[day] 오늘
  } 한도에 가깝습니다: { $cost } / { $limit }
detail-ai-budget = 한도에 닿으면 AI에 묻지 않고 규칙대로 거래합니다. 역할이 decider면 새로 사지 않습니다.
detail-ai-budget-how = 한도 바꾸기: /set ai_daily_krw · /set ai_monthly_krw
notice-ai-memory = 🧠 AI 기억을 껐습니다: 지난 결정을 알려 줘도 나아지지 않았습니다.
detail-ai-memory = 비교 { $n }회 · Brier 기억 있음 { $brier_with }, 없음 { $brier_without } (낮을수록 좋음)
detail-ai-memory-how = 다시 켜기: /set ai_memory on · 다시 비교하기: /set ai_memory auto
notice-lesson = 💡 교훈({ $lesson_state }): { $condition }
detail-lesson-counts = { $counts }
detail-lesson-text = AI의 말: “{ $text }”
detail-lesson-why = 이유: { $why }
lesson-why-age = 30일이 지남
lesson-why-refuted = 이후의 결과가 뒷받침하지 않음
lesson-state-active = 적용 중
lesson-state-candidate = 근거 부족
lesson-state-retired = 폐기
lesson-state-vetoed = 거부함
lesson-condition = { $side }: { $feature } { $op } { $level }
lesson-counts = 조건일 때 { $hits }/{ $n }회 수익, 아닐 때 { $other_hits }/{ $other_n }회
lesson-interval = 차이 { $low } ~ { $high }%포인트 (90%)
lesson-words = “{ $text }”
model-words = 🤖 AI의 말: “{ $text }”
notice-reflection = 📒 오답 노트: { $market } { $pnl } ({ $pnl_share })
step-reflection = 📒 { $teaches }
note-expected = 기대: { $why }
note-votes = AI: { $votes }
note-left = 청산: { $why }
note-after = { $candles }봉 뒤 { $share }
note-holding = 계속 보유했다면: { $held } · 사지 않았다면 0%
note-holding-unknown = 사지 않았다면 0% · 계속 보유했을 때의 결과는 나중에 /lessons notes
teaches-won = 수익입니다. 한 번으로는 실력인지 운인지 알 수 없습니다.
teaches-won_early = 수익이지만 더 보유했으면 나았습니다. 익절·추적 손절 폭을 여러 건으로 살펴보세요.
teaches-fees = 가격은 올랐지만 수수료를 넘지 못했습니다. 움직임이 작은 자리였습니다.
teaches-lost = 손실: 이익인 적이 없었습니다. 진입 조건을 여러 건으로 살펴보세요.
teaches-lost_early = 손실 뒤 가격이 되돌아왔습니다. 손절이 가깝지 않았는지 여러 건으로 살펴보세요.
teaches-lost_saved = 손실이지만 보유했으면 더 잃었습니다. 청산은 제 역할을 했습니다.
ai-ensemble = 합의
ai-no-vote = 투표권 없음
ai-score-head = { $name } · 판정 { $n } / 질문 { $calls }
ai-score-hits = 적중 { $rate } ({ $low }–{ $high }) · Brier { $brier } · 평균 { $net }
ai-score-value = 기여 { $value } · 비용 { $cost } · 응답 { $p50 } (느릴 때 { $p95 }) · 실패 { $failed }
ai-too-few = 표본 부족, 판단 보류 ({ $n }/{ $enough })
ai-worth-it = 비용보다 많이 기여했습니다.
ai-not-worth-it = 유지할 근거가 없습니다.
ai-pair = { $first }·{ $second }: 같은 답 { $agreed } · 둘 다 오답 { $wrong } ({ $n }회)
ai-week-line = { $name } { $n }회 · 적중 { $rate } · Brier { $brier } · 기여 { $value } 비용 { $cost } · { $verdict }
feature-rsi = RSI(14)
feature-macd_hist = MACD 히스토그램/종가
feature-sma20_distance = 20봉 평균과의 차이
feature-bollinger_position = 볼린저 위치(0 하단, 1 상단)
feature-atr = ATR(14)
feature-atr_fraction = ATR/종가
feature-volatility = 변동성(연율)
feature-volume_ratio = 거래량/20봉 평균
feature-rsi_1h = 1시간 RSI(14)
feature-rsi_1d = 일봉 RSI(14)
feature-change_24h = 24시간 변동
feature-change_30d = 30일 변동
feature-spread_bps = 호가 차이(bps)
feature-depth_imbalance = 호가 잔량 쏠림
feature-fear_greed = 공포·탐욕 지수
feature-kimchi_premium = 김치 프리미엄
feature-tether_premium = 테더 프리미엄
feature-coin_premium = 코인 프리미엄
feature-nasdaq_change = 나스닥 변동
feature-coin_headlines = 관련 뉴스 수
feature-hour_seoul = 시각(서울)
button-ai = AI 성적표
button-lessons = 교훈
help-ai = AI 성적표, AI가 본 것과 한 말
help-votes = AI 투표 규칙 보기·변경
help-lessons = 교훈과 오답 노트
example-ai = /ai last BTC
example-votes = /votes buy majority
example-lessons = /lessons notes
arg-ai = 기간|last [마켓]|매수|매도|ID|restore 이름
arg-votes = role|buy|sell|threshold|answered|unavailable|cooldown
arg-lessons = notes|pin ID|unpin ID|veto ID|edit ID 글
ai-title = AI 성적표 { $days }일
ai-nobody = 설정된 AI가 없습니다. 봇은 규칙만으로 거래합니다.
ai-nobody-how = 더하기: .env에 AI_MEMBERS=openai(또는 anthropic, gemini, local)와 그 API 키를 적고 다시 시작하세요. docs/settings.md 참고
ai-member = 🤖 { $name } ({ $model })
ai-trouble = 묻지 않음: { $why }
ai-single = 단일 모델 자문입니다. 다른 업체의 모델을 더하면 서로 견줄 수 있습니다.
ai-judged = 질문 { $questions }회 · { $horizon }봉 뒤 판정 · 기여는 규칙만 따른 결과와의 차이에서 비용을 뺀 값
ai-nothing-asked = 이 기간에 물어본 것이 없습니다.
ai-bill = 비용 오늘 { $day } / { $day_cap } · 이번 달 { $month } / { $month_cap }
ai-memory-on = 지난 결정을 알려 줌{ $use ->
    [auto] {" "}(나아지는 동안)
   *[other] {""}
  }
ai-memory-off = 지난 결정을 알려 주지 않음{ $use ->
    [auto] : 나아지지 않아 껐습니다
   *[other] {""}
  }
ai-memory-compared = 비교 { $n }회: Brier 있음 { $having }, 없음 { $without }
ai-picture = AI { $days }일: 기여와 확률 보정
ai-restored = { $member }에 투표권을 돌려주었습니다.
ai-decision-title = 🤖 { $market } { $side } · AI { $verdict }
ai-open-side = 매수·매도 제안
ai-decision-when = { $at } · { $strategy } { $timeframe } · 가격 { $price }
ai-decision-rule = 역할 { $role } · 규칙 { $rule } · 비용 { $cost }
ai-decision-shadow = 기억의 효과를 재려고 따로 물은 것입니다. 원래 질문: { $id }
ai-decision-size = 비중 { $share } × 시장 계수 { $factor }
ai-decision-order = 주문 { $id }
ai-outcome = 이후 가격: { $moves }
ai-outcome-none = 이후 결과는 아직 없습니다.
ai-items-ok = 본 자료: { $items }
ai-items-stale = ⏳ 오래된 자료: { $items }
ai-items-absent = 없는 자료: { $items }
ai-features = 수치: { $figures }
ai-memory-shown = 기억 { $count }줄
ai-member-words = 🤖 { $member }의 말: “{ $text }”
ai-member-detail = { $member }: { $detail }
ai-cap-day = 하루 비용 한도에 닿아 묻지 않음
ai-cap-month = 이번 달 비용 한도에 닿아 묻지 않음
ai-late = 제때 답하지 않음
ai-rests = 거듭 실패해 쉬는 중이라 묻지 않음
ai-too-large = 답이 지나치게 길어 읽지 않음
ai-row-stance = 판단
ai-row-size = 비중
ai-row-confidence = 확신
ai-row-up = 상승확률
ai-row-horizon = 기간(봉)
ai-row-stop = 손절
ai-row-take = 익절
ai-row-cost = 비용
ai-row-seconds = 응답(초)
vote-rule-unanimous = 만장일치
vote-rule-majority = 과반
vote-rule-average = 평균
votes-title = AI 투표 · 투표권 { $count }명
votes-two = 두 명일 때 과반은 둘 다입니다.
votes-hint = 바꾸기: /votes buy majority, /votes role adviser
lessons-title = 교훈 { $count }건 · 적용 중 { $active }건
lessons-none = 아직 교훈이 없습니다.
lessons-how = 판정된 결정이 쌓이면 하루에 한 번 찾습니다. 근거가 충분한 것만 AI에게 보여 줍니다.
lessons-more = … 그 밖에 { $count }건
lessons-edit = 문구 고치기: /lessons edit ID 새 문구
lesson-pin-done = 고정했습니다. 결과와 기한에 상관없이 보여 줍니다.
lesson-unpin-done = 이제부터 결과에 따라 적용합니다.
lesson-veto-done = 거부했습니다. 다시 보여 주지 않습니다.
lesson-edit-done = 문구를 고쳤습니다.
notes-title = 오답 노트 최근 { $count }건
notes-none = 아직 오답 노트가 없습니다. 포지션이 끝날 때마다 한 건씩 남습니다.
note-head = ▸ { $at } { $market } { $pnl } ({ $share })
button-votes = 투표 규칙
button-ai-last = 최근 질문
button-notes = 오답 노트
button-restore-vote = { $member } 투표권 돌려주기
button-vote-ai_role = AI 역할
button-vote-buy_votes = 매수 규칙
button-vote-sell_votes = 매도 규칙
button-vote-vote_threshold = 평균 기준
button-pin = 📌 고정
button-unpin = 고정 해제
button-veto = 🚫 거부
button-unveto = 거부 취소
error-ai-unclear = 무엇을 볼지 알 수 없습니다: { $value }. 예: /ai, /ai week, /ai last BTC, /ai ID
error-ai-unknown = 그런 AI 질문이 없습니다: { $id }. 최근 것은 /ai last
error-ai-ambiguous = ID가 { $id } 로 시작하는 질문이 여럿입니다. 한 글자 더 적어 주세요.
error-ai-none = 아직 AI에 물어본 것이 없습니다.
error-ai-member-votes = { $name }은(는) 투표권을 잃지 않았습니다. 투표권이 없는 AI: { $names }
error-votes-unclear = { $value }: { $known } 가운데 하나로 적어 주세요.
error-lessons-unclear = { $value }: { $known } 가운데 하나로 적어 주세요.
error-lesson-unknown = 그런 교훈이 없습니다: { $id }. 목록은 /lessons
error-lesson-ambiguous = ID가 { $id } 로 시작하는 교훈이 여럿입니다. 한 글자 더 적어 주세요.
error-lesson-text = 이 문구로는 바꿀 수 없습니다. 링크와 기호를 빼고 적어 주세요.
pnl-model-cost = AI 비용 { $cost } · 비용까지 뺀 결과 { $net }
status-model-cost = 오늘 AI 비용 { $cost }

say-alert-window = 얼마 동안의 변동을 볼까요?

### 알림 설정의 변경
notify-change-group = { $name } 알림
notify-change-profile = 알림 정도
notify-change-quiet = 방해 금지
notify-value-on = 켬
notify-value-off = 끔
notify-value-default = 모두에게
note-path = 보유 중: { $path }
teaches-won_less = 수익이지만 한때 더 높았습니다. 익절·추적 손절 폭을 여러 건으로 살펴보세요.
teaches-gave_back = 한때 이익이었지만 손실로 끝났습니다. 익절·추적 손절 폭을 여러 건으로 살펴보세요.
item-order-book = 호가창
item-c-1m = 1분봉
item-c-3m = 3분봉
item-c-5m = 5분봉
item-c-10m = 10분봉
item-c-30m = 30분봉
item-c-15m = 15분봉
item-c-1h = 1시간봉
item-c-4h = 4시간봉
item-c-1d = 일봉
item-funding = 자금
item-kimchi-premium = 김치 프리미엄
item-tether-premium = 테더 프리미엄
item-coin-premium = 코인 프리미엄
item-usd-krw = 원/달러 환율
item-fear-greed = 공포·탐욕 지수
item-nasdaq100 = 나스닥100
item-pattern-risk = 패턴 모델
item-news = 뉴스

### Slack 홈 탭
home-stranger = 연결되지 않은 사용자입니다
home-stranger-id = 명단에 없습니다. 아이디: { $person }
home-stranger-how = 코드가 있으면 들어올 수 있습니다. 메시지 탭에서 pair 코드, 또는 어디서나 /trader pair 코드. 코드는 소유자가 /invite로 만들고, 첫 소유자는 서버에서 받습니다: python -m chatbot pair
home-waiting = 승인 대기 { $count }건
home-more = 그 밖에 { $count }건: /approve
home-in-messages = 답은 메시지 탭에 있습니다.
home-hint = 모든 명령은 메시지 탭에서(status 또는 문장), Slack 어디서나 /trader로: /trader status
button-panic = 🚨 긴급 정지
