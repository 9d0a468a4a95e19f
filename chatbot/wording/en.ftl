unknown = unknown
krw = { $amount } KRW
span-days = { $n }d
span-hours = { $n }h
span-minutes = { $n }m
span-seconds = { $n }s
until = until { $at }
everything = everything
usage = Usage: { $usage }
example = Example: { $example }
change = { $key }: { $old } → { $new }
origin-environment = environment
access-owners = { $channel }: { $count ->
    [one] one owner may use it.
   *[other] { $count } owners may use it.
  }
access-nobody = { $channel }: nobody may use it. Put your numeric id into { $setting }.

### People and rights
role-nobody = nobody
role-viewer = viewer
role-trader = trader
role-owner = owner
forbidden = You may not do this. It needs the role { $role }.
stranger = You are not on the list. Your id: { $person } (an owner has to add it to the settings)
by-clock = time
by-start = first start
by-guard = guard
by-storage = books cannot be written
by-reconcile = comparing books with the exchange
by-panic = panic
by-rule = by rule
by-console = console
by-shell = shell
by-file = PANIC file
by-failsafe = fail-safe

### States
mode-sandbox = sandbox
mode-paper = paper
mode-live = LIVE
state-active = trading
state-reducing = paused (no buying)
state-halted = stopped
side-buy = buy
side-sell = sell
order-state-new = written
order-state-sent = being sent
order-state-accepted = open
order-state-partial = partly filled
order-state-unknown = sent, answer unknown, checking
order-state-done = filled
order-state-cancelled = cancelled
order-state-rejected = rejected by the exchange
order-state-expired = never reached the exchange
cause-manual = by hand
cause-stop = stop
cause-trail = trailing stop
cause-breakeven = break-even stop
cause-take = take profit
cause-max-hold = held long enough
cause-panic = panic
cause-failsafe = fail-safe
cause-pause-over = the pause is over
cause-not-compared-yet = books and exchange not compared yet
cause-no-comparison-for-long = the exchange could not be compared for long
cause-taken-out = taken out by hand
cause-never-appeared-at-the-venue = never appeared at the exchange
cause-holding = still wants to hold
cause-out = no reason to hold
cause-warming-up = gathering candles
cause-nothing-yet = no signal yet
cause-always-in = always in
cause-left-oversold = RSI left the oversold zone
cause-left-overbought = RSI left the overbought zone
cause-crossed-up = fast mean crossed above the slow one
cause-crossed-down = fast mean crossed below the slow one
cause-broke-out = volatility breakout
cause-atr-stop = ATR stop
cause-trailing-stop = trailing stop
cause-prev-low-stop = stop at yesterday's low
cause-day-end = end of the day (09:00)
cause-score-above-threshold = score above the threshold
cause-score-below-threshold = score below the threshold
stream-public = price stream
stream-private = own-order stream
where-exit = leaving a position
where-guard = guard
where-exchange = exchange connection
where-storage = books
where-reconcile = comparing books with the exchange
where-markets = markets
answer-approved = approved
answer-rejected = rejected
answer-denied = approved, then denied by a limit
answer-open = waits
answer-adopted = adopted
answer-ignored = ignored
answer-cancelled = cancelled
answer-passed = settled by itself

### Buttons
button-approve = Approve
button-half = Half
button-reject = Reject
button-confirm = Do it
button-drop = Leave it
button-refresh = Refresh
button-status = Status
button-positions = Positions
button-pause = Pause
button-resume = Resume
button-start = Start
button-sell = Sell { $coin }
button-cancel = Cancel order
button-cancel-all = Cancel all orders
button-order = Show order
button-chart = Chart
button-help = Help
button-params = Parameters
button-undo = Undo
button-cancel-raise = Cancel { $key }
button-limits = Limits
button-again = Ask again at today's price
button-panic-again = Panic again
button-adopt = Adopt
button-adopt-coin = Adopt { $currency }
button-acknowledge = It was me
button-ignore = Ignore
button-investigate = Investigate
button-cancel-it = Cancel it
button-reconcile = Compare
button-pnl-day = Today
button-pnl-week = 7 days
button-pnl-month = 30 days

### Tables
column-coin = Coin
column-quantity = Quantity
column-value = Value (KRW)
column-day = Day
column-result = Result (KRW)

### Arguments
arg-market = market
arg-market-or-all = market|all
arg-krw = KRW
arg-sell-size = quantity|share|KRW
arg-price = price
arg-until = time|duration
arg-count = n
arg-timeframe = timeframe
arg-candles = candles
arg-period = day|week|month|days
arg-cancel-target = id|market|all
arg-order-id = id
arg-ticket-id = id
arg-answer = adopt|ignore|cancel
arg-difference-id = id
arg-half = half
arg-cancel-only = cancel-only
arg-all = all
arg-strategy = strategy
arg-param = name
arg-setting = key
arg-value = value|default
arg-add-remove = add|remove
arg-command = command
arg-language = ko|en

### Help
group-look = Look
group-trade = Trade
group-control = Control
group-settings = Settings
help-title = Commands for the role { $role }
help-more = More: /help command
help-aliases = Also: { $aliases }
help-role = Role: { $role }
help-roles = Role: { $role } to look, { $change } to change
help-asks = Asks once more where it is dangerous.
help-status = How it stands now
help-balance = Balances at the exchange
help-positions = Open positions and their result
help-orders = Orders, or one order
help-trades = Closed trades
help-pnl = Result of a period, net of fees
help-why = Why it bought, or did not
help-chart = Candles as a picture
help-health = Is everything well?
help-history = What happened lately, commands included
help-reconcile = Compare books with the exchange; answer what differs
help-buy = Propose a buy for a sum in KRW
help-sell = Propose a sale of what is held
help-approve = Approve a proposal
help-reject = Reject a proposal
help-cancel = Cancel orders
help-start = Start trading
help-pause = Stop buying for a while
help-resume = Trade again
help-stop = Stop automatic trading
help-panic = Cancel everything and sell everything
help-markets = Markets to trade
help-strategy = Show or change the strategy
help-params = Parameters of a strategy
help-limits = Limits and what is used of them
help-set = Change a setting
help-settings = All settings
help-help = This list
help-language = Your language
example-status = /status
example-balance = /balance
example-positions = /positions
example-orders = /orders 01HZX3
example-trades = /trades 20 BTC
example-pnl = /pnl week
example-why = /why BTC
example-chart = /chart BTC 15m 100
example-health = /health
example-history = /history 20
example-reconcile = /reconcile
example-buy = /buy BTC 50,000
example-sell = /sell BTC 50%
example-approve = /approve 01HZX3 half
example-reject = /reject 01HZX3
example-cancel = /cancel all
example-start = /start
example-pause = /pause 30m
example-resume = /resume
example-stop = /stop
example-panic = /panic
example-markets = /markets add XRP
example-strategy = /strategy sma_cross BTC
example-params = /params sma_cross fast 10
example-limits = /limits max_order_krw 500,000
example-set = /set stop_fraction 2%
example-settings = /settings
example-help = /help buy
example-language = /language en

### Conversation
command-unknown = Unknown command: { $value }
command-unknown-hint = /help lists the commands.
dropped = Not done: { $line }
hint-confirm = To do it: { $line } confirm
already-active = Trading already.
start-ask = Start trading?
resume-ask = Trade again, from this state?
pause-explained = Nothing is bought. Sales, stops and take profits go on.
stop-explained = Automatic trading has stopped. Stops and take profits still guard positions.
stop-left = Left open: positions { $positions }, orders { $orders }
stop-left-unknown = What is left open could not be read: { $why }
panic-ask = Panic ({ $scope }): cancel the orders and sell?
panic-ask-cancel = Cancel orders only? ({ $scope })
panic-explained = Buying is locked from then on, until /resume.
panic-flat = ✅ Panic done: flat ({ $seconds } s)
panic-cancelled = ✅ Orders cancelled ({ $seconds } s)
panic-not-flat = ⚠️ Panic done, something is left ({ $seconds } s)
panic-counts = { $cancelled } orders cancelled · { $open } left
panic-sold = { $market } { $quantity } sold → { $net } net of fees
panic-left = ⚠️ Left: { $market } { $quantity } – { $why }
panic-locked = Buying is locked. To unlock: /resume
sell-all-ask = Sell every position at the market? ({ $count })
sell-all-done = Everything is being sold
sell-all-partly = Not everything could be sold
cancel-title = { $count } cancelled{ $failed ->
    [0] {""}
   *[other] , { $failed } failed
  }
cancel-none = No order to cancel.
cancel-cancelled = cancelled
cancel-ended = had ended before
cancel-failed = not cancelled
loosen-ask = This change risks more. Apply it?
raise-will-wait = It takes effect after { $delay } and can be cancelled until then.
raise-waits = Waiting: it takes effect at { $at }.
raise-cancelled = The change of { $key } to { $new } is cancelled.
raise-stays = { $key } stays { $value }.
language-now = I answer in English.

### Looking
status-equity = Equity { $equity } · today { $day }
status-cash = Cash { $free } (held by orders { $locked })
status-unrealised = Unrealised { $unrealised }
status-counts = Positions { $positions } · open orders { $orders } · to approve { $tickets }
status-unresolved = ⚠️ { $count } orders without an answer, checking
status-stops = ⛔ Losing stops in a row: no entries until { $at }. To go on now: /resume
status-strategy = Strategy { $strategy } · { $timeframe }
status-markets = Markets { $markets }
status-data = Last price { $age } ago · up { $up }
health-title-good = All is well.
health-title-bad = { $bad } not well{ $unknown ->
    [0] {""}
   *[other] , { $unknown } unknown
  }
health-title-unknown = Nothing wrong, { $unknown } not known yet
health-stream-public = Price stream
health-stream-private = Own-order stream
health-orders-unresolved = Orders without an answer
health-guard = Guard of stops and take profits
health-storage = Storage
health-outbox = Messages to send
health-disk = Free disk
health-memory = Memory
health-chat-telegram = Telegram
health-chat-slack = Slack
health-job-collect = Collecting candles
health-job-gaps = Filling long gaps
health-job-decide = Deciding
health-job-daily-report = Daily report
health-job-guard = Guard sweep
health-job-tickets = Closing old proposals
health-job-raises = Changes that wait
health-job-reconcile = Books against exchange
health-job-reconcile-nightly = Nightly comparison
health-job-markets = List of markets
health-job-heartbeat = Heartbeat
health-job-connection = Exchange connection
health-job-outbox = Delivering messages
health-job-books = Books can be written
health-job-books-lock = Books are ours alone
why-title = Why
why-nothing = Nothing to tell yet; there will be after the next candle.
why-block = ⛔ Now in the way of a buy: { $reason }
reconcile-equal = ✅ Books equal exchange
reconcile-differs = Books and exchange disagree
reconcile-unsettled = Not everything could be compared now
reconcile-counts = { $orders } open orders · { $positions } positions · { $seconds } s
reconcile-moving = Not compared while orders move: { $currencies }
reconcile-more = and { $count } more
reconcile-standing = Left aside: { $what }
adopt-ask = Hand these coins over to the bot?
adopt-explained = It guards them with stop and take profit from today's price on, and may sell them.
adopted-short = The position was corrected: { $change } at { $price }. No profit or loss of the bot.
adopted-extra = The bot holds { $change } more, taken over at { $price }.
difference-found = Found { $at } · { $id }
difference-orders = Last orders of the bot there:
difference-state = { $state } ({ $by })
difference-done = { $currency }: { $what }
difference-all-ignored = Ignored: { $count }
why-pass = { $at } [{ $stage }] { $text }
stage-market = market
stage-signal = signal
stage-risk = risk
stage-advice = advice
stage-approval = approval
stage-execution = execution
stage-done = done
pass-error = error: { $error }
pass-no-candles = no candles
pass-warming-up = gathering candles ({ $have }/{ $need })
pass-stale-candles = the candles are old
pass-holding = holding
pass-enter = wants to buy
pass-exit = wants to sell
pass-hold = the signal came earlier, it is not chased
pass-stay-out = no reason to buy
pass-asked = asked for approval
pass-move-unknown = latest price move unknown, not checked
pass-new = order written
pass-sent = order being sent
pass-accepted = order open
pass-partial = partly filled
pass-unknown = order sent, answer unknown, checking
pass-done = filled
pass-cancelled = order cancelled
pass-rejected = order rejected by the exchange
pass-expired = order never reached the exchange
balance-title = In all { $total }
balance-locked = Held by orders: { $what }
balance-own = Not bought by the bot: { $what }
balance-dust = Left out, worth less than 1 KRW: { $count }
positions-none = No open position.
positions-title = Positions: { $count }
position-size = { $quantity } · { $value }
position-price = mean { $average } → now { $bid }
position-stop = stop { $price } ({ $far })
position-take = take { $price } ({ $far })
position-unguarded = ⚠️ no stop, no take profit
position-age = for { $age } · { $owner }
orders-none = No orders.
orders-title = Orders: { $open } under way / { $count } shown
order-title = Order { $id }
order-executed = { $quantity } @ { $price }
order-slippage = Slippage { $bps }bps ({ $krw })
order-fill = filled { $at } { $quantity } @ { $price } (fee { $fee })
order-step = { $at } { $state }{ $note }
order-ids = Exchange id { $venue }
order-owner = By { $owner } · { $reason }
order-sent = { $market } { $side }: order sent.
order-filled = ✅ { $market } { $side }: filled.
order-checking = { $market } { $side }: sent, no answer, checking. It is not sent again.
order-refused-by-venue = { $market } { $side }: rejected by the exchange.
order-never-arrived = { $market } { $side }: never reached the exchange. Nothing was ordered.
trades-none = No closed trades.
trades-title = Closed trades: { $count } · in all { $total }
trade-line = { $arrow } { $at } { $market } { $pnl } ({ $share }) · { $held } · { $reason }
trade-slippage = slippage { $bps }bps
pnl-title = { $days ->
    [1] Today
   *[other] Last { $days } days
  }: { $realised }
pnl-fees = Fees { $fees } (already taken off)
pnl-unrealised = Unrealised { $unrealised }
pnl-closed = { $closed } trades, { $wins } won ({ $rate })
pnl-best = Best: { $line }
pnl-worst = Worst: { $line }
history-none = Nothing happened yet.
history-title = Lately ({ $count })
brief-proposal = Proposal: { $side } { $market }
chart-title = { $market } { $timeframe } · { $candles } candles

### Proposals
card-title = Proposal: { $side } { $market } · { $mode }
card-sum = Sum { $sum }
card-quantity = Quantity { $quantity } · price { $price }
card-fee = Fee about { $fee } · { $share } of equity
card-limit = Limit { $price }
card-band = Void outside { $low } to { $high } (±{ $band })
card-expires = Until { $at } ({ $left })
pending-title = { $count } proposals wait: which one?
pending-line = { $id } { $side } { $market } { $size } · { $left } left
denied = ❌ { $side } { $market }: denied
refused-rejected = Rejected.
refused-expired = Too late, it has expired. Nothing was ordered.
refused-already-answered = Answered already.
refused-price-moved = The price has moved too far meanwhile. Nothing was ordered.
refused-stale-quote = The price is not known now. Nothing was ordered.

### Reasons
reason-trading-state = No such order in this state: { $state }
reason-order-pending = { $market }: an order is under way
reason-not-reconciled = Books and exchange have not been compared yet
reason-books-differ = { $market }: coins of the bot are missing at the exchange; answer with /reconcile
reason-order-unresolved = { $market }: an order without an answer is being looked up
reason-market-inactive = { $market }: not traded at the exchange now
reason-below-minimum = { $notional } is below the smallest order, { $minimum }
reason-not-placeable = No order can be placed at this size and price ({ $detail })
reason-no-size = The sizing rules leave no sum to buy for
reason-already-holding = { $market }: held already ({ $quantity })
reason-below-minimum-at-stop = At the stop { $stop } it would be worth { $value }, below the smallest order { $minimum }: it could not be sold
reason-above-maximum = { $notional } is above the exchange's largest order, { $maximum }
reason-not-enough-cash = Not enough cash: needs { $needed }, free { $free }
reason-max-order = Limit per order: { $notional } / { $limit }
reason-max-market = Limit per market: { $value } / { $limit }
reason-max-positions = Limit of positions: { $open } / { $limit }
reason-max-entries-per-day = Limit of entries a day: { $entries } / { $limit }
reason-max-daily-loss = Limit of loss a day: { $loss } / { $limit }
reason-max-daily-spend = Limit of spending a day: { $spent } used + { $notional } now of { $limit }
reason-max-exposure = Limit of exposure: { $exposure_fraction } of { $limit_fraction }
reason-max-stops-in-a-row = { $stops } losing stops in a row (limit { $limit }): { $seconds_left } left
reason-volatility = The price moved { $move_fraction } lately, the limit is { $limit_fraction }
reason-max-spread = Wide spread: { $spread_bps } bps, limit { $limit_bps } bps
reason-max-slippage = Much slippage expected: { $slippage_bps } bps, limit { $limit_bps } bps
reason-book-too-thin = Thin order book: { $available } of { $notional }
reason-cooldown = Cooling down after an exit: { $seconds_left } left
reason-stale-quote = Old price: { $age_seconds }, limit { $limit_seconds }
reason-market-unknown = { $market }: not listed at the exchange
reason-market-warning = { $market }: the exchange warns of it
reason-market-caution = { $market }: the exchange asks for caution ({ $cautions })
reason-nothing-to-sell = { $market }: nothing to sell
reason-more-than-held = { $quantity } is more than is held, { $held }
reason-already-selling = Being sold already: { $quantity } wanted, { $left } left
reason-leaves-dust = It would leave { $value }, below the smallest order { $minimum }: sell all of it
reason-dust = Too small to sell: { $value } (smallest order { $minimum })
reason-not-sold = Not sold: { $why }
denied-trading-state = trading state
denied-not-reconciled = books not compared yet
denied-books-differ = coins missing
denied-order-pending = an order under way
denied-order-unresolved = an order without an answer
denied-market-inactive = market not traded
denied-below-minimum = below the smallest order
denied-not-placeable = cannot be placed
denied-no-size = no sum to buy for
denied-already-holding = held already
denied-below-minimum-at-stop = too small at the stop
denied-above-maximum = above the largest order
denied-not-enough-cash = not enough cash
denied-max-order = limit per order
denied-max-market = limit per market
denied-max-positions = limit of positions
denied-max-entries-per-day = limit of entries a day
denied-max-daily-loss = limit of loss a day
denied-max-daily-spend = limit of spending a day
denied-max-exposure = limit of exposure
denied-max-stops-in-a-row = losing stops in a row
denied-volatility = sudden price move
denied-max-spread = wide spread
denied-max-slippage = much slippage expected
denied-book-too-thin = thin order book
denied-cooldown = cooling down
denied-stale-quote = old price
denied-market-unknown = market not listed
denied-market-warning = market under a warning
denied-market-caution = market under caution
denied-nothing-to-sell = nothing to sell
denied-more-than-held = more than held
denied-already-selling = being sold already
denied-leaves-dust = would leave dust

### Settings
settings-title = Settings
settings-hint = Change: /set key value · all of them: /settings all
setting-changed = Setting changed.
setting-how = Change: /set { $key } value
waiting-line = {"  "}⏳ { $new } · from { $at } · { $by }
setting-default = Default { $default }
setting-is-fixed = Chat cannot change it: change the environment and start again.
limits-title = Limits (used / limit)
limits-hint = Change: /limits key value
markets-title = Markets traded: { $count }
markets-hint = Change: /markets add market · /markets remove market
markets-changed = Markets changed.
markets-warning = ⚠️ { $market }: the exchange warns of it.
strategies-title = Strategies (▸ in use)
strategy-changed = Strategy { $name } → { $where }
params-title = Parameters of { $strategy }
params-none = It has none.
param-line = { $name } = { $value } ({ $low } to { $high }, default { $default }) { $text }
param-changed = Parameter of { $strategy } changed.
param-line-choices = { $name } = { $value } ({ $choices }, default { $default }) { $text }
strategy-buy_and_hold = Buy and keep
strategy-rsi_zones = Buy out of the oversold, sell out of the overbought zone
strategy-sma_cross = Two moving averages crossing
strategy-volatility_breakout = Breakout above yesterday's range
strategy-weighted_ensemble = Several signals, weighted
param-rsi_zones-period = RSI period (candles)
param-rsi_zones-oversold = Oversold at and below (RSI)
param-rsi_zones-overbought = Overbought at and above (RSI)
param-rsi_zones-stop_atr = Stop below the close (ATRs, 0 = none)
param-rsi_zones-atr_period = ATR period (candles)
param-sma_cross-fast = Fast mean (candles)
param-sma_cross-slow = Slow mean (candles)
param-volatility_breakout-k = Part of yesterday's range to break out by
param-volatility_breakout-exit = Kind of stop
param-volatility_breakout-atr_days = ATR period (days)
param-volatility_breakout-atr_factor = Stop below the entry (ATRs)
param-volatility_breakout-trail = Trailing stop (fraction)
param-volatility_breakout-leave_at_day_end = Sell at 09:00
param-volatility_breakout-target_volatility = Volatility aimed at (fraction, 0 = off)
param-weighted_ensemble-trend = Weight of the trend
param-weighted_ensemble-momentum = Weight of the momentum
param-weighted_ensemble-swing = Weight of the swing back
param-weighted_ensemble-scalping = Weight of the last candles' push
param-weighted_ensemble-day = Weight of the place in the day
param-weighted_ensemble-price_action = Weight of the candle's shape
param-weighted_ensemble-threshold = Score that buys and sells
param-weighted_ensemble-stop_atr = Stop below the close (ATRs, 0 = none)
setting-markets = Markets to trade
setting-strategy = Strategy of every market
setting-timeframe = Candle the strategy works on
setting-order_style = How orders are placed (limit, market, best)
setting-aggressiveness = Limit price beyond the quote
setting-remainder_ttl_seconds = An open remainder is cancelled after
setting-sizing = How sums are found (fixed, risk)
setting-order_fraction = Share of equity per entry
setting-risk_fraction = Share of equity lost at the stop
setting-stop_fraction = Stop below entry (0 = none)
setting-take_fraction = Take profit above entry (0 = none)
setting-trail_fraction = Trailing stop below the high (0 = none)
setting-max_hold_seconds = Longest holding time (0 = none)
setting-breakeven_fraction = Stop to break-even after this gain (0 = none)
setting-approval = Who is asked (auto, ask-all, ask-above)
setting-ask_above_krw = Ask above this sum
setting-approval_ttl_seconds = A proposal is good for
setting-price_band = Price move that voids a proposal
setting-max_order_krw = Largest order
setting-max_market_krw = Most in one market
setting-max_positions = Most open positions
setting-max_entries_per_day = Most entries a day
setting-max_daily_loss_krw = Largest loss a day
setting-max_daily_spend_krw = Most spent a day
setting-max_exposure = Most exposure (share of equity)
setting-max_stops_in_a_row = Most losing stops in a row (0 = off)
setting-stop_breaker_seconds = Wait after losing stops in a row
setting-volatility_block_fraction = Largest move before an entry (0 = off)
setting-volatility_window_seconds = Stretch of time the move is looked for in
setting-max_spread_bps = Widest spread
setting-max_slippage_bps = Most slippage
setting-cooldown_seconds = Wait after an exit
setting-max_quote_age_seconds = Oldest price
setting-buy_on_warning = Buy markets under a warning
setting-raise_delay_seconds = Wait before a limit is raised or a guard loosened

### Input that cannot be used
error-argument-missing = Missing: { $name }
error-argument-extra = Not understood: { $value }
error-line-too-long = Too long: { $most } characters at most.
error-button-unknown = This button no longer works.
error-confirmation-gone = Too late, or answered already. Send the command again.
error-confirmation-other = Only who sent the command can confirm it.
error-help-unknown = No such command: { $value }
error-krw-unclear = Not a sum in KRW: { $value } (write 50,000 or 5만원)
error-krw-not-whole = A sum is a whole number of KRW, at least 1: { $value }
error-price-unclear = Not a price: { $value } (write 95,000,000 or 9500만원)
error-quantity-unclear = Not a quantity: { $value } (write 0.01)
error-share-unclear = Not a share: { $value } (write 50%, half or all)
error-fraction-unclear = Not a share: { $value } (write 3% or 0.03)
error-bps-unclear = Not a figure in bps: { $value } (write 30 or 0.3%)
error-count-unclear = Not a whole number: { $value } (write 10)
error-count-range = { $value }: from { $low } to { $high } is possible.
error-yes-no-unclear = Answer yes or no: { $value }
error-duration-unclear = Not a length of time: { $value } (write 30m, 2h or 1h30m)
error-time-unclear = Not a time: { $value } (write 30m, 09:00, 3pm or tomorrow 09:00; Seoul time)
error-time-past = This time is past: { $value }
error-timeframe-unknown = Not a timeframe: { $value } (possible: { $known })
error-period-unclear = Not a period: { $value } (write day, week, month or 14)
error-sell-size-unclear = A sum or a quantity? { $value } (write 50000원, 0.01 or 50%)
error-sell-all-alone = To sell everything write /sell all, without size or price.
error-sell-other-coin = { $unit } is not the coin of { $market }.
error-sell-more-than-held = { $value } is more than is held, { $held }
error-nothing-to-sell = No position to sell: { $market }
error-price-unknown = The price is not known now: { $market }
error-market-unknown = No such market: { $text } (write BTC, Bitcoin or KRW-BTC)
error-market-unknown-near = No such market: { $text } Perhaps: { $choices }
error-market-ambiguous = { $text } may be several markets: { $choices }. Write the code.
error-markets-change-unclear = Say add or remove: { $value }
error-markets-empty = At least one market has to stay.
error-no-markets = No market to trade. Add one with /markets add.
error-no-candles = No candles yet: { $market }
error-strategy-unknown = No such strategy: { $name } (there are: { $names })
error-param-unknown = { $strategy } has no parameter { $name } (it has: { $names })
error-param-bad-value = { $name } = { $value } is not possible ({ $bounds })
error-param-conflict = The parameters contradict each other: { $detail }
error-setting-unknown = No such setting: { $key } (see /settings)
error-setting-ambiguous = { $key } may be several settings: { $choices }
error-setting-bad-value = { $key } = { $value } is not possible ({ $detail })
error-setting-fixed = { $key }: chat cannot change it; change the environment and start again.
error-raise-none = { $key }: no change waits.
error-ticket-unknown = No such proposal waits: { $id }
error-ticket-ambiguous = Several proposals wait; add an id: { $ids }
error-difference-unknown = No such difference: { $id } (see /reconcile)
error-difference-ambiguous = Several differences wait; add an id: { $ids }
error-difference-answered = Answered already: { $answer ->
    [adopted] adopted
    [ignored] ignored
    [cancelled] cancelled
   *[other] settled by itself
  } ({ $by })
error-difference-answer-unclear = Say adopt, ignore or cancel: { $value }
error-difference-no-order = Only an order can be cancelled.
error-difference-no-adopt = An order made by hand stays yours: cancel or ignore it.
error-difference-not-listed = { $currency } is not traded against KRW: it cannot be adopted.
error-difference-moving = An order of { $currency } is under way. Try again in a moment.
error-difference-changed = { $currency } has changed meanwhile: see /reconcile.
error-difference-too-small = So little { $currency } could never be sold: it cannot be adopted.
error-order-unknown = No such order: { $id }
error-order-ambiguous = Several orders begin like this; write more of the id: { $id }
error-language-unknown = No such language: { $value } (there are: { $languages })

### Failures
failed-unreachable = The exchange cannot be reached. Try again in a moment. ({ $detail })
failed-busy = The exchange asks for patience. Try again in a moment. ({ $detail })
failed-offline = The exchange is under maintenance, or blocks this machine for a while. ({ $detail })
failed-forbidden = The API key does not work: look at its expiry, rights and allowed addresses. ({ $detail })
failed-funds = Not enough balance. ({ $detail })
failed-rejected = The exchange said no; nothing was ordered. ({ $detail })
failed-outcome-unknown = Sent, no answer, checking. It is not sent again. ({ $detail })
failed-storage = It could not be written down: look at the disk. ({ $detail })
failed-mismatch = Books and exchange disagree: stop buying and look. ({ $detail })
failed-other = That did not work. ({ $detail })
failed-internal = Internal error, logged as { $reference }

### Notices
notice-started = Started: { $mode } · { $state }
notice-stopped = The service has stopped.
notice-failsafe = ⚠️ The service has failed and is not running. Fail-safe “{ $policy }”: { $outcome ->
    [done] done
   *[other] ⚠️ could not be carried out
  }
notice-ticket-answered = { $side } { $market }: { $answer } ({ $by })
notice-ticket-expired = { $side } { $market }: expired without an answer.
notice-order = Order: { $side } { $market }
notice-order-unknown = ⚠️ { $market } order sent, answer unknown.
notice-order-resolved = { $market } order found: { $state }
notice-order-rejected = ❌ { $market } order rejected by the exchange: { $name }
notice-order-cancelled = { $market } order cancelled.
notice-fill = Filled: { $side } { $market } { $quantity } @ { $price }
notice-entry = In: { $market } { $quantity }
notice-exit = Out: { $market } { $pnl } ({ $pnl_share })
notice-denied = { $side } { $market } denied: { $reasons }
notice-limit-hit = ⛔ Limit reached: { $reasons }
notice-state-changed = Trading state: { $state } ({ $by })
notice-setting-changed = Setting { $key }: { $old } → { $new } ({ $by })
notice-setting-waits = ⏳ Setting { $key }: { $old } → { $new } waits ({ $by })
notice-setting-cancelled = Setting { $key }: change to { $new } cancelled, { $old } stays ({ $by })
notice-panic = Panic: { $flat ->
    [yes] flat
   *[other] ⚠️ something is left
  } ({ $by }, { $seconds })
notice-error = ❌ Error: { $where } (×{ $count })
notice-job-failed = ⚠️ Job failed: { $job } (×{ $count })
notice-job-recovered = ✅ Job works again: { $job } (after { $count } failures)
notice-stream-lost = ⚠️ Lost: { $stream }
notice-stream-back = ✅ Back: { $stream } (after { $seconds })
notice-mismatch = { $kind ->
    [short] ❌ Coins of the bot are missing: { $currency } { $change }
    [order] An order that is not the bot's: { $market } { $side }
    [extra] Coins came that are not the bot's: { $change }
    [gone] Your own coins went: { $change }
    [cash] Money came or went: { $change }
   *[other] ❌ Books and exchange disagree: { $currency }
  }
notice-difference-answered = { $currency } difference: { $answer } ({ $by })
notice-reconciled = { $equal ->
    [yes] Books equal exchange
   *[other] ⚠️ Books and exchange are not equal
  }
notice-daily-report = Daily report { $date } · equity { $equity }
notice-command = { $person } { $line } → { $outcome }
notice-stranger = ⚠️ Somebody not on the list: { $person } { $name }
detail-started-strategy = Strategy { $strategy } · { $timeframe }
detail-started-markets = Markets { $markets }
detail-started-open = Open positions: { $positions }
detail-nobody-admitted = No owner is listed: nobody can steer it by chat.
detail-stopped-left = { $positions } open positions are not guarded while the service is off.
detail-failsafe-what = { $policy ->
    [hold] Nothing was touched.
    [stop-entries] Buying is locked until /resume.
    [cancel] Orders were to be cancelled; buying is locked until /resume.
   *[close] Orders were to be cancelled and positions sold; buying is locked until /resume.
  }
detail-failsafe-positions = { $positions } open positions are not guarded.
detail-failsafe-orders = { $open_orders } orders may still be open.
detail-failsafe-note = { $note }
detail-order-size = Size { $size }
detail-order-price = Limit { $price }
detail-order-id = Order { $client_order_id }
detail-order-unknown = It is being looked up at the exchange and not sent again.
detail-rejected-message = { $message }
detail-cancelled-why = Why: { $reason }
detail-fill-sum = Sum { $funds } · fee { $fee }
detail-fill-slippage = Slippage { $slippage_bps } bps
detail-entry-cost = Mean { $average_cost } · paid { $cost }
detail-entry-stop = Stop { $stop }
detail-entry-take = Take profit { $take }
detail-exit-why = Why: { $reason }
detail-exit-sums = Received { $proceeds } · fees { $fees } (already taken off)
detail-exit-held = Held for { $held_seconds }
detail-state-until = Until { $until }
detail-state-why = Why: { $reason }
detail-setting-due = Takes effect at { $due }
detail-panic-counts = { $cancelled } cancelled · { $sold } sold · { $open_orders_left } orders left
detail-panic-remaining = Left: { $remaining }
detail-panic-proceeds = Received { $proceeds }
detail-error-market = { $market }
detail-message = { $message }
detail-message-error = { $error }
detail-stream-lost = It is being reconnected.
detail-stream-cause = Why: { $cause }
detail-mismatch = { $kind ->
    [order] { $venue } left @ { $price }
   *[other] Books { $book } / exchange { $venue }
  }
detail-mismatch-cause = { $cause ->
    [manual_order] Made by hand at the exchange.
    [manual_buy] Bought by hand.
    [manual_sale] Sold by hand.
    [deposit] Deposited.
    [withdrawal] Withdrawn or moved away.
   *[other] Was there before the bot.
  }
detail-mismatch-trade = { $krw } at { $price }
detail-mismatch-next = { $kind ->
    [short] Adopt corrects the position at { $price }, without profit or loss of the bot. Until it is answered nothing is bought there.
    [order] The bot leaves it alone unless you say so.
    [extra] They stay yours. Adopt hands them over to the bot.
    [gone] They were yours: no profit or loss of the bot.
    [cash] Kept out of profit.
   *[other] Was something traded by hand, deposited or withdrawn?
  }
detail-difference-change = { $change }
detail-reconciled-open = { $open } differences wait for an answer.
detail-daily-result = Realised { $realised } · unrealised { $unrealised }
detail-daily-trades = { $closed } trades, { $wins } won
detail-daily-fees = Fees { $fees }
detail-stranger = To admit them, put this id on a list in the settings.

### Delivery: outages, late commands, digests
chat-unreachable = { $channel } cannot be reached ({ $cause }). Trading goes on; messages are kept and sent later.
chat-busy = { $channel } asks for fewer messages. They are kept and sent more slowly.
chat-forbidden = { $channel } rejects the token ({ $cause }). Check the token and the address in the settings; it is tried again until then.
chat-conflict = Another program uses the same { $channel } token. Stop it, or give this one a token of its own: commands reach only one of them.
chat-refused = { $channel } does not accept messages there ({ $cause }). Has the bot been started, invited to the channel, or blocked?
chat-back = { $channel } works again.
late-title = Not run, it came too late: { $line }
late-line = It was sent { $age } ago, while this service or the network was down. Prices have moved since.
late-again = Run now: { $line }
late-press-title = Button not accepted, it came too late
late-press-line = It may have been pressed at any time in the last { $away }. Look at the message again and press once more.
cut-off-title = Cut off by a restart: { $line }
cut-off-line = How far it came is not certain, and it is not run again by itself. Look before repeating it.
cut-off-button = a button
digest-title = { $count } messages from { $from } to { $to }
digest-times = { $line } (×{ $count })
delivery-late = Delivered { $age } late; this happened at { $at }.

### The end of the demonstration
demo-summary = The end: { $orders } orders, { $fills } fills, { $positions } positions still open, fees { $fees }.
    Equity by our books { $equity }, by the exchange { $exchange }.
