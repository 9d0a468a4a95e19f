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
access-owners = { $channel }: 소유자 { $count }명이 사용할 수 있습니다.
access-nobody = { $channel }: 아무도 사용할 수 없습니다. { $setting }에 숫자 ID를 넣으세요.

### 사람과 권한
role-nobody = 권한 없음
role-viewer = 보기
role-trader = 거래
role-owner = 소유자
forbidden = 권한이 없습니다. { $role } 권한이 필요합니다.
stranger = 등록되지 않은 사용자입니다. 내 ID: { $person } (소유자가 설정에 추가해야 합니다)
by-clock = 시간 경과
by-start = 첫 시작
by-guard = 자동 보호
by-storage = 장부를 쓸 수 없음
by-reconcile = 장부 대조
by-panic = 긴급 청산
by-rule = 자동 승인
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
order-state-sent = 전송 중
order-state-accepted = 미체결
order-state-partial = 일부 체결
order-state-unknown = 보냈으나 응답 없음, 확인 중
order-state-done = 체결 완료
order-state-cancelled = 취소됨
order-state-rejected = 거래소 거부
order-state-expired = 거래소에 도달하지 못함
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
where-storage = 장부 저장
where-reconcile = 장부 대조
where-markets = 마켓
answer-approved = 승인
answer-rejected = 거절
answer-denied = 승인했으나 한도에 걸려 거부
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
button-sell = { $coin } 매도
button-cancel = 주문 취소
button-cancel-all = 주문 모두 취소
button-order = 주문 보기
button-chart = 차트
button-help = 도움말
button-params = 파라미터
button-undo = 되돌리기
button-cancel-raise = { $key } 변경 취소
button-limits = 한도
button-again = 현재 가격으로 다시
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

### 표
column-coin = 코인
column-quantity = 수량
column-value = 평가액(원)
column-day = 날짜
column-result = 손익(원)

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

### 도움말
group-look = 보기
group-trade = 거래
group-control = 제어
group-settings = 설정
help-title = 명령 목록 ({ $role } 권한)
help-more = 자세히: /help 명령
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
help-health = 시스템 점검
help-history = 최근 기록(명령 포함)
help-reconcile = 장부와 거래소 대조, 다른 점에 답하기
help-buy = 금액으로 매수 제안
help-sell = 보유분 매도 제안
help-approve = 제안 승인
help-reject = 제안 거절
help-cancel = 주문 취소
help-start = 거래 시작
help-pause = 신규 매수 중단
help-resume = 거래 재개
help-stop = 자동 매매 정지
help-panic = 주문 취소 후 전량 매도
help-markets = 거래할 마켓
help-strategy = 전략 보기와 변경
help-params = 전략 파라미터
help-limits = 한도와 사용량
help-set = 설정 변경
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
example-health = /health
example-history = /history 20
example-reconcile = /reconcile
example-buy = /buy 비트코인 5만원
example-sell = /sell BTC 50%
example-approve = /approve 01HZX3 half
example-reject = /reject 01HZX3
example-cancel = /cancel all
example-start = /start
example-pause = /pause 30분
example-resume = /resume
example-stop = /stop
example-panic = /panic
example-markets = /markets add 리플
example-strategy = /strategy sma_cross BTC
example-params = /params sma_cross fast 10
example-limits = /limits max_order_krw 50만원
example-set = /set stop_fraction 2%
example-settings = /settings
example-help = /help buy
example-language = /language ko

### 대화
command-unknown = 모르는 명령입니다: { $value }
command-unknown-hint = /help 로 명령을 볼 수 있습니다.
dropped = 실행하지 않았습니다: { $line }
hint-confirm = 실행하려면: { $line } confirm
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
panic-left = ⚠️ 남음: { $market } { $quantity } – { $why }
panic-locked = 신규 매수는 잠겨 있습니다. 풀려면 /resume
sell-all-ask = 포지션 { $count }개를 모두 시장가로 팔까요?
sell-all-done = 모두 매도 주문했습니다
sell-all-partly = 일부는 팔지 못했습니다
cancel-title = 취소 { $count }건{ $failed ->
    [0] {""}
   *[other] , 실패 { $failed }건
  }
cancel-none = 취소할 주문이 없습니다.
cancel-cancelled = 취소됨
cancel-ended = 이미 끝난 주문
cancel-failed = 취소 실패
loosen-ask = 위험이 커지는 변경입니다. 적용할까요?
raise-will-wait = { $delay } 뒤에 적용되며, 그 전에는 취소할 수 있습니다.
raise-waits = 기다리는 중: { $at }부터 적용됩니다.
raise-cancelled = { $key } 변경({ $new })을 취소했습니다.
raise-stays = { $key } = { $value } 그대로입니다.
language-now = 한국어로 답합니다.

### 보기
status-equity = 자산 { $equity } · 오늘 { $day }
status-cash = 현금 { $free } (주문에 묶임 { $locked })
status-unrealised = 평가손익 { $unrealised }
status-counts = 포지션 { $positions } · 미체결 { $orders } · 승인 대기 { $tickets }
status-unresolved = ⚠️ 응답 없는 주문 { $count }건 확인 중
status-stops = ⛔ 연속 손절: { $at }까지 새로 사지 않습니다. 바로 풀려면 /resume
status-strategy = 전략 { $strategy } · { $timeframe }
status-markets = 마켓 { $markets }
status-data = 마지막 시세 { $age } 전 · 가동 { $up }
health-title-good = 모두 정상입니다.
health-title-bad = 문제 { $bad }건{ $unknown ->
    [0] {""}
   *[other] , 알 수 없음 { $unknown }건
  }
health-title-unknown = 문제 없음, 아직 알 수 없음 { $unknown }건
health-stream-public = 시세 스트림
health-stream-private = 내 주문 스트림
health-orders-unresolved = 응답 없는 주문
health-guard = 손절·익절 감시
health-storage = 저장소
health-outbox = 보낼 메시지
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
health-job-markets = 마켓 목록
health-job-heartbeat = 생존 신호
health-job-connection = 거래소 연결
health-job-outbox = 메시지 전달
health-job-books = 장부 쓰기
health-job-books-lock = 장부 단독 사용
why-title = 왜 이렇게 되었나
why-nothing = 아직 기록이 없습니다. 봉이 닫히면 생깁니다.
why-block = ⛔ 지금 매수를 막는 것: { $reason }
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
adopted-extra = 봇이 { $change } 를 { $price } 에 넘겨받았습니다.
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
pass-hold = 신호가 먼저 나와 뒤따라 사지 않음
pass-stay-out = 살 신호 없음
pass-asked = 승인 요청함
pass-move-unknown = 최근 변동을 알 수 없어 확인하지 못함
pass-new = 주문 작성됨
pass-sent = 주문 전송 중
pass-accepted = 주문 접수됨
pass-partial = 일부 체결
pass-unknown = 주문 응답 없음, 확인 중
pass-done = 체결됨
pass-cancelled = 주문 취소됨
pass-rejected = 거래소가 주문 거부
pass-expired = 주문이 거래소에 도달하지 못함
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
position-age = { $age } 보유 · { $owner }
orders-none = 주문이 없습니다.
orders-title = 주문: 진행 중 { $open } / 표시 { $count }
order-title = 주문 { $id }
order-executed = { $quantity } @ { $price }
order-slippage = 미끄러짐 { $bps }bps ({ $krw })
order-fill = 체결 { $at } { $quantity } @ { $price } (수수료 { $fee })
order-step = { $at } { $state }{ $note }
order-ids = 거래소 ID { $venue }
order-owner = 주문자 { $owner } · { $reason }
order-sent = { $market } { $side } 주문을 보냈습니다.
order-filled = ✅ { $market } { $side } 체결되었습니다.
order-checking = { $market } { $side }: 보냈으나 응답이 없어 확인 중입니다. 다시 보내지 않습니다.
order-refused-by-venue = { $market } { $side }: 거래소가 거부했습니다.
order-never-arrived = { $market } { $side }: 거래소에 도달하지 못했습니다. 주문되지 않았습니다.
trades-none = 끝난 거래가 없습니다.
trades-title = 끝난 거래 { $count }건 · 합계 { $total }
trade-line = { $arrow } { $at } { $market } { $pnl } ({ $share }) · { $held } · { $reason }
trade-slippage = 미끄러짐 { $bps }bps
pnl-title = { $days ->
    [1] 오늘
   *[other] 최근 { $days }일
  } 손익 { $realised }
pnl-fees = 수수료 { $fees } (손익에 반영됨)
pnl-unrealised = 평가손익 { $unrealised }
pnl-closed = 거래 { $closed }건, 이익 { $wins }건 ({ $rate })
pnl-best = 최고: { $line }
pnl-worst = 최저: { $line }
history-none = 기록이 없습니다.
history-title = 최근 기록 { $count }건
brief-proposal = { $market } { $side } 제안
chart-title = { $market } { $timeframe } · 봉 { $candles }개

### 제안
card-title = { $market } { $side } 제안 · { $mode }
card-sum = 금액 { $sum } ({ $short }원)
card-quantity = 수량 { $quantity } · 가격 { $price }
card-fee = 예상 수수료 { $fee } · 자산의 { $share }
card-limit = 지정가 { $price }
card-band = 가격이 { $low } ~ { $high }(±{ $band })를 벗어나면 무효
card-expires = { $at }까지 ({ $left })
pending-title = 대기 중인 제안 { $count }건: 어느 것인가요?
pending-line = { $id } { $market } { $side } { $size } · { $left } 남음
denied = ❌ { $market } { $side } 거부됨
refused-rejected = 거절했습니다.
refused-expired = 시간이 지나 만료되었습니다. 주문하지 않았습니다.
refused-already-answered = 이미 처리된 제안입니다.
refused-price-moved = 그사이 가격이 많이 움직였습니다. 주문하지 않았습니다.
refused-stale-quote = 현재 가격을 알 수 없어 주문하지 않았습니다.

### 거부 이유
reason-trading-state = 지금은 주문할 수 없는 상태입니다: { $state }
reason-order-pending = { $market }: 진행 중인 주문이 있습니다
reason-not-reconciled = 아직 장부와 거래소를 대조하지 못했습니다
reason-books-differ = { $market }: 봇의 코인이 거래소에 모자랍니다. /reconcile 로 답해 주세요
reason-order-unresolved = { $market }: 응답 없는 주문을 확인 중입니다
reason-market-inactive = { $market }: 거래소에서 거래가 중지되었습니다
reason-below-minimum = 금액 { $notional }, 최소 주문 { $minimum }보다 작습니다
reason-not-placeable = 이 금액과 가격으로는 주문을 낼 수 없습니다 ({ $detail })
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
reason-max-slippage = 예상 미끄러짐이 큽니다: { $slippage_bps }bps, 한도 { $limit_bps }bps
reason-book-too-thin = 호가 물량 부족: { $notional } 중 { $available }만 가능
reason-cooldown = 매도 후 대기 중: { $seconds_left } 남음
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
denied-not-reconciled = 장부 대조 전
denied-books-differ = 코인 부족
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
denied-max-slippage = 예상 미끄러짐
denied-book-too-thin = 호가 물량 부족
denied-cooldown = 매도 후 대기
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
setting-sizing = 금액 정하는 방식(fixed, risk)
setting-order_fraction = 1회 매수 금액(자산 대비)
setting-risk_fraction = 손절 시 잃는 금액(자산 대비)
setting-stop_fraction = 손절 폭(0 = 없음)
setting-take_fraction = 익절 폭(0 = 없음)
setting-trail_fraction = 추적 손절 폭(0 = 없음)
setting-max_hold_seconds = 최대 보유 시간(0 = 없음)
setting-breakeven_fraction = 이만큼 오르면 손절선을 본전으로(0 = 없음)
setting-approval = 승인 방식(auto, ask-all, ask-above)
setting-ask_above_krw = 이 금액을 넘으면 승인 요청
setting-approval_ttl_seconds = 제안 유효 시간
setting-price_band = 제안이 무효가 되는 가격 변동
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
setting-max_slippage_bps = 미끄러짐 한도
setting-cooldown_seconds = 매도 후 다시 살 때까지
setting-max_quote_age_seconds = 시세 나이 한도
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
error-sell-other-coin = 단위 { $unit }, 마켓 { $market }: 서로 다른 코인입니다.
error-sell-more-than-held = { $value } 매도 요청, 보유 평가액 { $held }
error-nothing-to-sell = 팔 포지션이 없습니다: { $market }
error-price-unknown = 현재 가격을 알 수 없습니다: { $market }
error-market-unknown = 그런 마켓이 없습니다: { $text } (예: BTC, 비트코인, KRW-BTC)
error-market-unknown-near = 그런 마켓이 없습니다: { $text } 혹시: { $choices }
error-market-ambiguous = 여러 마켓이 해당됩니다: { $text } → { $choices } 중 코드로 골라 주세요.
error-markets-change-unclear = add 또는 remove 를 붙여 주세요: { $value }
error-markets-empty = 마켓은 하나 이상 있어야 합니다.
error-no-markets = 거래할 마켓이 없습니다. /markets add 로 추가하세요.
error-no-candles = 봉이 아직 없습니다: { $market }
error-strategy-unknown = 그런 전략이 없습니다: { $name } (가능: { $names })
error-param-unknown = { $strategy }에는 그런 파라미터가 없습니다: { $name } (가능: { $names })
error-param-bad-value = { $name } = { $value }: 쓸 수 없는 값입니다. ({ $bounds })
error-param-conflict = 파라미터가 서로 맞지 않습니다: { $detail }
error-setting-unknown = 그런 설정이 없습니다: { $key } (/settings 로 확인)
error-setting-ambiguous = 여러 설정이 해당됩니다: { $key } → { $choices }
error-setting-bad-value = { $key } = { $value }: 쓸 수 없는 값입니다. ({ $detail })
error-setting-fixed = { $key }: 채팅으로 바꿀 수 없습니다. 환경 변수에서 바꾸고 다시 시작하세요.
error-raise-none = { $key }: 기다리는 변경이 없습니다.
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

### 실패
failed-unreachable = 거래소에 연결하지 못했습니다. 잠시 후 다시 해 주세요. ({ $detail })
failed-busy = 거래소 요청이 많아 기다리는 중입니다. 잠시 후 다시 해 주세요. ({ $detail })
failed-offline = 거래소가 점검 중이거나 접속이 제한되었습니다. ({ $detail })
failed-forbidden = API 키 권한 문제입니다. 만료, 권한, 허용 IP를 확인하세요. ({ $detail })
failed-funds = 잔고가 부족합니다. ({ $detail })
failed-rejected = 거래소가 거부했습니다. 주문되지 않았습니다. ({ $detail })
failed-outcome-unknown = 보냈으나 응답이 없어 확인 중입니다. 다시 보내지 않습니다. ({ $detail })
failed-storage = 기록을 저장하지 못했습니다. 디스크를 확인하세요. ({ $detail })
failed-mismatch = 장부와 거래소가 다릅니다. 매수를 멈추고 확인하세요. ({ $detail })
failed-other = 처리하지 못했습니다. ({ $detail })
failed-internal = 내부 오류입니다. 기록 번호 { $reference }

### 알림
notice-started = 시작: { $mode } · { $state }
notice-stopped = 서비스를 멈췄습니다.
notice-failsafe = ⚠️ 서비스가 장애로 꺼져 있습니다. 비상 안전 조치 “{ $policy }”: { $outcome ->
    [done] 완료
   *[other] ⚠️ 실행하지 못함
  }
notice-ticket-answered = { $market } { $side } 제안: { $answer } ({ $by })
notice-ticket-expired = { $market } { $side } 제안이 답 없이 만료되었습니다.
notice-order = { $market } { $side } 주문
notice-order-unknown = ⚠️ { $market } 주문: 보냈으나 응답이 없습니다.
notice-order-resolved = { $market } 주문 확인됨: { $state }
notice-order-rejected = ❌ { $market } 주문을 거래소가 거부했습니다: { $name }
notice-order-cancelled = { $market } 주문이 취소되었습니다.
notice-fill = { $market } { $side } 체결 { $quantity } @ { $price }
notice-entry = 진입: { $market } { $quantity }
notice-exit = 청산: { $market } { $pnl } ({ $pnl_share })
notice-denied = { $market } { $side } 거부: { $reasons }
notice-limit-hit = ⛔ 한도 도달: { $reasons }
notice-state-changed = 거래 상태: { $state } ({ $by })
notice-setting-changed = 설정 { $key }: { $old } → { $new } ({ $by })
notice-setting-waits = ⏳ 설정 { $key }: { $old } → { $new } 변경 대기 ({ $by })
notice-setting-cancelled = 설정 { $key }: { $new } 변경 취소, { $old } 그대로 ({ $by })
notice-panic = 긴급 청산: { $flat ->
    [yes] 남은 것 없음
   *[other] ⚠️ 남은 것 있음
  } ({ $by }, { $seconds })
notice-error = ❌ 오류: { $where } (×{ $count })
notice-job-failed = ⚠️ 작업 실패: { $job } (×{ $count })
notice-job-recovered = ✅ 작업 정상화: { $job } (실패 { $count }회 후)
notice-stream-lost = ⚠️ 연결 끊김: { $stream }
notice-stream-back = ✅ 다시 연결됨: { $stream } ({ $seconds } 만에)
notice-mismatch = { $kind ->
    [short] ❌ 봇의 코인이 모자랍니다: { $currency } { $change }
    [order] 봇의 것이 아닌 주문: { $market } { $side }
    [extra] 봇의 것이 아닌 코인이 들어왔습니다: { $change }
    [gone] 본인 코인이 나갔습니다: { $change }
    [cash] 원화가 드나들었습니다: { $change }
   *[other] ❌ 장부와 거래소가 다릅니다: { $currency }
  }
notice-difference-answered = { $currency } 차이: { $answer } ({ $by })
notice-reconciled = { $equal ->
    [yes] 장부와 거래소가 같습니다
   *[other] ⚠️ 장부와 거래소가 같지 않습니다
  }
notice-daily-report = 일일 보고 { $date } · 자산 { $equity }
notice-command = { $person } { $line } → { $outcome }
notice-stranger = ⚠️ 등록되지 않은 사용자: { $person } { $name }
detail-started-strategy = 전략 { $strategy } · { $timeframe }
detail-started-markets = 마켓 { $markets }
detail-started-open = 보유 포지션 { $positions }개
detail-nobody-admitted = 등록된 소유자가 없어 채팅으로는 아무도 조작할 수 없습니다.
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
detail-order-size = 크기 { $size }
detail-order-price = 지정가 { $price }
detail-order-id = 주문 { $client_order_id }
detail-order-unknown = 거래소에서 찾는 중입니다. 다시 보내지 않습니다.
detail-rejected-message = { $message }
detail-cancelled-why = 이유: { $reason }
detail-fill-sum = 금액 { $funds } · 수수료 { $fee }
detail-fill-slippage = 미끄러짐 { $slippage_bps }bps
detail-entry-cost = 평균 { $average_cost } · 들인 금액 { $cost }
detail-entry-stop = 손절 { $stop }
detail-entry-take = 익절 { $take }
detail-exit-why = 이유: { $reason }
detail-exit-sums = 받은 금액 { $proceeds } · 수수료 { $fees } (손익에 반영됨)
detail-exit-held = { $held_seconds } 보유
detail-state-until = { $until }까지
detail-state-why = 이유: { $reason }
detail-setting-due = { $due }부터 적용
detail-panic-counts = 취소 { $cancelled }건 · 매도 { $sold }종 · 남은 주문 { $open_orders_left }건
detail-panic-remaining = 남은 것: { $remaining }
detail-panic-proceeds = 받은 금액 { $proceeds }
detail-error-market = { $market }
detail-message = { $message }
detail-message-error = { $error }
detail-stream-lost = 다시 연결하는 중입니다.
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
    [short] 반영하면 { $price } 에 포지션을 바로잡고 봇의 손익에는 넣지 않습니다. 답할 때까지 이 마켓은 사지 않습니다.
    [order] 말씀이 없으면 봇은 건드리지 않습니다.
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
detail-stranger = 허용하려면 설정의 목록에 이 ID를 넣으세요.

### 전달: 장애, 늦은 명령, 묶음 알림
chat-unreachable = { $channel }에 연결할 수 없습니다({ $cause }). 거래는 계속되며, 메시지는 보관했다가 나중에 보냅니다.
chat-busy = { $channel }이(가) 전송 속도를 줄이라고 합니다. 메시지는 보관했다가 천천히 보냅니다.
chat-forbidden = { $channel }이(가) 토큰을 거부했습니다({ $cause }). 설정의 토큰과 주소를 확인하세요. 그때까지 계속 다시 시도합니다.
chat-conflict = 다른 프로그램이 같은 { $channel } 토큰을 쓰고 있습니다. 그 프로그램을 끄거나 새 토큰을 쓰세요. 명령은 둘 중 한 곳에만 전달됩니다.
chat-refused = { $channel }이(가) 그곳으로 보내는 메시지를 받지 않습니다({ $cause }). 봇을 시작했는지, 채널에 초대했는지, 차단하지 않았는지 확인하세요.
chat-back = { $channel } 연결이 돌아왔습니다.
late-title = 너무 늦게 도착해 실행하지 않았습니다: { $line }
late-line = { $age } 전에 보낸 명령입니다. 그동안 서비스나 네트워크가 멈춰 있었고, 가격이 바뀌었을 수 있습니다.
late-again = 지금 실행: { $line }
late-press-title = 버튼이 너무 늦게 도착해 받지 않았습니다
late-press-line = 지난 { $away } 사이 언제 눌렀는지 알 수 없습니다. 메시지를 다시 보고 한 번 더 눌러 주세요.
cut-off-title = 재시작으로 중단되었습니다: { $line }
cut-off-line = 어디까지 진행되었는지 확실하지 않으며, 저절로 다시 실행하지 않습니다. 다시 하기 전에 먼저 확인하세요.
cut-off-button = 버튼
digest-title = { $from }부터 { $to }까지 메시지 { $count }건
digest-times = { $line } (×{ $count })
delivery-late = { $age } 늦게 전달되었습니다. 실제 시각은 { $at }입니다.

### The end of the demonstration
demo-summary = 끝났습니다: 주문 { $orders }건, 체결 { $fills }건, 남은 포지션 { $positions }개, 수수료 { $fees }.
    자산: 장부 { $equity }, 거래소 { $exchange }
