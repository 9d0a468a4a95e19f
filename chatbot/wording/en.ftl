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
origin-default = default
value-yes = yes
value-no = no
setting-slip = ⚠️ { $name } is no setting and is ignored.
setting-slip-near = ⚠️ { $name } is no setting and is ignored. Is { $near } meant?
access-owners = { $channel }: { $count ->
    [one] one owner may use it.
   *[other] { $count } owners may use it.
  }

### People and rights
role-nobody = nobody
role-viewer = viewer
role-trader = trader
role-owner = owner
forbidden = You may not do this. It needs the role { $role }.
stranger = You may not use this bot yet.
stranger-id = Your { $channel } id: { $id }
stranger-code = The owner can let you in with a code (/invite): send it to the bot in a private chat, as /pair CODE
stranger-list = Or the owner adds { $id } to { $lists }_TRADERS or { $lists }_VIEWERS in .env and restarts.
role-anybody = whoever has a code
access-pair = { $channel }: there is no owner yet. Within { $minutes } minutes, send this to the bot in a private chat: /pair { $code } (a new code: python -m chatbot pair)
people-title = People: { $count }
people-none = Nobody is on the list. Invite somebody below.
people-more = … and { $count } more
person-revoked = revoked
person-added-by = by a code of { $by }
person-added-at = Came in: { $at }
person-revoked-at = Revoked: { $at } · { $by }
person-listed = Stands in the environment's lists: cannot be removed by chat, but revoked, or given another role.
person-role-ask = Make { $person } { $role }?
person-role-done = { $person } is now { $role }
person-unchanged = { $person } is { $role } already.
person-restore-ask = Make { $person } { $role } again?
person-restored = { $person } may use it again: { $role }
person-revoke-ask = Revoke { $person }?
person-revoke-explained = No command and no button from now on; no new buys until an owner sends /resume.
person-revoked-done = { $person } is revoked.
person-revoked-already = { $person } is revoked already.
person-frozen = New buys are stopped. To go on: /resume
person-tickets = { $count } of their proposals turned down.
person-last-warning = ⚠️ This is the last owner: nobody will be able to resume or to change settings by chat. A new owner: python -m chatbot pair
invite-title = Invitation ({ $role })
invite-line = They send this to the bot in a private chat (on Slack a direct message, or /trader): /pair { $code }
invite-expires = Good once, for { $minutes } minutes. Give it to nobody else.
paired-title = You are in: { $role }
paired-line = You can send commands now.
paired-owner = You can send every command now, and notices come here.
access-paired = came in
access-role = has another role
access-revoked = was revoked
access-restored = may use it again
access-guessed = guessed at codes; all codes are void
notice-access-changed = 👤 { $person } { $what }
notice-looked = { $person } { $line } → { $outcome }
detail-access-name = Name: { $name }
detail-access-role = Role: { $role }
detail-access-by = By: { $by }
cause-revoked = somebody was revoked
button-people = People
button-commands = Commands
button-invite = Invite: { $role }
button-role = → { $role }
button-revoke = ⛔ Revoke
button-restore = Let in again
help-people = People and their roles
help-revoke = Shut somebody out at once and stop buying
help-invite = A code that lets somebody in
help-pair = Come in with a code
example-people = /people
example-revoke = /revoke telegram:123456789
example-invite = /invite trader
example-pair = /pair K7QMX-2PD9R
arg-person = person
arg-role = owner|trader|viewer
arg-role-change = role|restore
arg-pairing-code = code
group-people = People
error-person-unknown = Nobody known by that: { $value } (the list: /people)
error-person-ambiguous = Several people; use the id: { $ids }
error-person-revoked = { $person } is revoked. Let them in again first.
error-person-last-owner = { $person } is the last owner. Make another one first, or do it on the server: python -m chatbot revoke { $person }
error-role-unknown = No such role: { $value } (owner, trader, viewer)
error-invite-public = A code is not shown where others read it. Send this to the bot in a private chat.
error-pairing-none = No code is good now. Ask an owner, or whoever runs the server, for a new one.
error-pairing-wrong = That code is wrong or too old. Tries left: { $left }
error-pairing-locked = Too many wrong codes. Ask an owner to invite you again.
error-pairing-dead = Too many wrong codes: all codes are void now. Ask for a new one.
error-pairing-public = This was sent where others read it, so the code is void. Get a new one and send it to the bot in a private chat.
error-pairing-useless = You have that role already. The code stays good.
error-pairing-local = At the server you are an owner already. Send it from the phone.
channel-telegram = Telegram
channel-slack = Slack
by-clock = time
by-start = first start
by-guard = guard
by-storage = books cannot be written
by-reconcile = comparing books with the exchange
by-panic = panic
by-rule = by rule
by-silence = the rule for silence
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
order-state-sent = sent
order-state-accepted = open
order-state-partial = partly filled
order-state-unknown = sent, answer unknown, checking
order-state-done = filled
order-state-cancelled = cancelled
order-state-rejected = rejected by the exchange
order-state-expired = not taken by the exchange
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
cause-surfaced-late = surfaced late
cause-own-coins-sold = coins of your own were sold with the bot's (compare with /reconcile)
cause-open-after-all = open after all
cause-create-bid-error = the exchange does not take this buy
cause-create-ask-error = the exchange does not take this sale
cause-insufficient-funds-bid = not enough KRW
cause-insufficient-funds-ask = not enough coins
cause-under-min-total-bid = below the smallest order
cause-under-min-total-ask = below the smallest order
cause-under-min-total-market-bid = below the smallest order
cause-under-min-total-market-ask = below the smallest order
cause-over-krw-funds-bid = above the exchange's largest order
cause-over-krw-funds-ask = above the exchange's largest order
cause-invalid-price-bid = a price off the price step
cause-invalid-price-ask = a price off the price step
cause-invalid-volume-bid = a quantity the exchange does not take
cause-invalid-volume-ask = a quantity the exchange does not take
cause-invalid-time-in-force = a condition the exchange does not take
cause-invalid-post-only = a condition the exchange does not take
cause-volume-too-large = too large a quantity
cause-duplicated-identifier = an order of this id exists
cause-notfoundmarket = no such market at the exchange
cause-invalid-parameter = a request the exchange does not take
cause-validation-error = a request the exchange does not take
cause-withdraw-address-not-registered = address not registered
cause-thirdparty-agreement-required = agree at Upbit first
cause-invalid-query-payload = bad signature
cause-nonce-used = a signature used twice
cause-jwt-verification = bad signature (check the key)
cause-invalid-access-key = wrong API key
cause-expired-access-key = expired API key
cause-no-authorization-ip = address not allowed (add it at Upbit)
cause-no-authorization-i-p = address not allowed (add it at Upbit)
cause-no-authorization-token = the API key lacks a right
cause-out-of-scope = the API key lacks a right
cause-open-api-withdraw-locked = the API key is locked
cause-market-offline = exchange under maintenance
cause-order-not-found = no such order at the exchange
cause-currency-not-found = no such coin at the exchange
cause-pocket-not-found = no such account at the exchange
cause-internal-server-error = fault inside the exchange
cause-too-many-requests = request limit of the exchange
cause-venue-error = fault at the exchange
cause-venue-unreachable = exchange out of reach
cause-venue-busy = request limit of the exchange
cause-venue-rejected = refused by the exchange
cause-venue-offline = exchange under maintenance
cause-venue-blocked = asked too often: the exchange shuts us out for a while
cause-venue-forbidden = the API key (check expiry, rights, address)
cause-not-found = not there at the exchange
cause-insufficient-funds = not enough balance
cause-below-minimum = below the smallest order
cause-invalid-order = an order the exchange does not take
cause-duplicate-client-order-id = an order of this id exists
cause-outcome-unknown = no answer from the exchange
cause-timeout-error = the exchange is slow to answer
cause-order-pending = another order of the market is under way
cause-price-moved = the price moved too far
cause-stale-quote = the price is not known
cause-unreached = the question reached nobody
cause-storage-failed = books cannot be written (look at the disk)
cause-books-locked = the books are locked by another program: end it
cause-disk-full = the disk is full: free some space
cause-disk-error = the disk reports an error: check it
cause-books-foreign = the books are not of this program: check DATABASE_URL
cause-books-damaged = the books are damaged: stop, and restore the last backup
cause-books-read-only = the books may not be written: check the rights of file and directory
cause-books-unopened = the books cannot be opened: check directory and rights
cause-ledger-mismatch = books and exchange disagree
cause-collect-failed = candles not read
cause-not-tried = not tried yet
cause-closed = closed by the exchange
cause-lost = connection lost
cause-silent = nothing came
cause-refused = refused by the exchange
cause-out-of-reach = exchange out of reach
cause-said-no = subscription refused by the exchange
cause-fault = fault of the program (look at the log)
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
cause-premium = the kimchi premium is above its limit
cause-premium-unknown = the kimchi premium is not known
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
where-chat-telegram = Telegram
where-chat-slack = Slack
where-storage = books
where-reconcile = comparing books with the exchange
where-markets = markets the exchange does not list
where-order = order
where-service = service
where-silence = the order that went on unanswered
where-stream = stream
answer-approved = approved
answer-rejected = rejected
answer-denied = approved, then denied by a limit
answer-half = half approved
answer-replaced = asked anew at the price of now
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
button-sell-half = Sell half { $coin }
button-sell-all = Sell all { $coin }
button-chart-of = { $coin } chart
button-cancel = Cancel order
button-cancel-all = Cancel all orders
button-order = Show order
button-chart = Chart
button-why = { $coin }: why?
button-help = Help
button-params = Parameters
button-undo = Undo
button-cancel-raise = Cancel { $key }
button-limits = Limits
button-anew = Ask again
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
button-result = Result
button-trades = Closed trades
button-csv = CSV file
button-newer = ◀ newer
button-older = older ▶
button-change = Change limits
button-settings = Settings
button-undo-last = Undo my change
button-default = Default
button-drill = Run a drill
button-drill-stop = Stop the drill

### Tables
column-coin = Coin
column-quantity = Quantity
column-value = Value (KRW)
column-day = Day
column-result = Result (KRW)
column-share = share
column-change = chg%
column-range = rng
column-turnover = value

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
arg-export-period = day|week|month|year|days|2026
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
arg-page = page
arg-exported = trades|orders|fills|ledger|events
arg-ranking = volatile|turnover
arg-level = info|warning|error
arg-trail = kind|person
arg-setting-group = group
arg-drill-part = last|stop

### Help
group-look = Look
group-trade = Trade
group-control = Control
group-settings = Settings
help-title = Commands for the role { $role }
help-more = More: /help command
help-sentences = Plain sentences work too: buy 50k won of bitcoin · sell half my eth · pause until tomorrow 9am
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
help-pattern = Risk of the present pattern, by the learned model
help-health = Is everything well?
help-history = What happened lately, commands included
help-logs = The latest log lines
help-export = Everything of a period as a CSV file
help-screener = Markets that move and trade most
help-reconcile = Compare books with the exchange; answer what differs
help-buy = Propose a buy for a sum in KRW
help-sell = Propose a sale of what is held
help-approve = Approve a proposal
help-reject = Reject a proposal
help-again = Ask anew at the price of now
help-cancel = Cancel orders
help-start = Start trading
help-pause = Stop buying for a while
help-resume = Trade again
help-stop = Stop automatic trading
help-panic = Cancel everything and sell everything
help-drill = Rehearse outage, crash, restart and panic with play money
help-markets = Markets to trade
help-strategy = Show or change the strategy
help-params = Parameters of a strategy
help-limits = Limits and what is used of them
help-set = Change a setting
help-undo = Take a change of settings back
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
example-pattern = /pattern BTC
example-health = /health
example-history = /history 20 orders
example-logs = /logs 20 warning
example-export = /export fills month
example-screener = /screener volatile 10
example-reconcile = /reconcile
example-buy = /buy BTC 50,000
example-sell = /sell BTC 50%
example-approve = /approve 01HZX3 half
example-reject = /reject 01HZX3
example-again = /again 01HZX3
example-cancel = /cancel all
example-start = /start
example-pause = /pause 30m
example-resume = /resume
example-stop = /stop
example-panic = /panic
example-drill = /drill
example-markets = /markets add XRP
example-strategy = /strategy sma_cross BTC
example-params = /params sma_cross fast 10
example-limits = /limits max_order_krw 500,000
example-set = /set stop_fraction 2%
example-undo = /undo
example-settings = /settings
example-help = /help buy
example-language = /language en

### Conversation
command-unknown = Unknown command: { $value }
command-unknown-hint = /help lists the commands.
dropped = Not done: { $line }
hint-confirm = To do it: { $line } confirm
document-saved = Saved in { $path }
document-not-saved = The file could not be saved: { $why }
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
panic-counts = Orders cancelled { $cancelled } · left { $open }
panic-sold = { $market } { $quantity } sold → { $net } net of fees
panic-goes-on = 🔒 Buying is locked. Cancelling and selling go on.
panic-stuck = ⚠️ { $why } – trying until it works.
panic-waits = Not yet: { $market } { $quantity }
panic-told = You will be told when it is done.
panic-under-way = 🚨 Panic under way for { $age } – { $why }
panic-working = cancelling and selling
resume-ends-panic = The panic is still under way. Resuming ends it.
panic-left = ⚠️ Left: { $market } { $quantity } – { $why }
panic-locked = Buying is locked. To unlock: /resume
sell-all-ask = Sell every position at the market? ({ $count })
sell-all-done = Everything is being sold
sell-all-partly = Not everything could be sold
cancel-title = Cancelled: { $count }{ $failed ->
    [0] {""}
   *[other] {" "}· not yet: { $failed }
  }
cancel-none = No order to cancel.
cancel-cancelled = cancelled
cancel-ended = had ended before
cancel-failed = not cancelled yet, trying on
loosen-ask = This change risks more. Apply it?
raise-will-wait = It takes effect after { $delay } and can be cancelled until then.
raise-waits = Waiting: it takes effect at { $at }.
raise-cancelled = The change of { $key } to { $new } is cancelled.
raise-stays = { $key } stays { $value }.
language-now = I answer in English.

### Plain sentences
say-understood = ↪ { $line }
line-coins = { $amount } { $coin }
say-propose = Make this change?
say-unclear = I do not understand. For example: buy 50,000 won of bitcoin
say-model-asks = Please say it again: { $question }
say-not-sure = Not all of it is clear ({ $words }). Press if this is meant.
say-unfinished = The sentence seems to go on. Say one thing to do.
say-two-actions = One thing at a time. Which first?
say-two-views = One thing at a time.
say-which-coin = Which coin? For example: buy 50,000 won of bitcoin
say-coin-near = Unknown coin: { $word } (similar: { $choices })
say-two-coins = Several coins: { $choices }. One at a time, please.
say-name-of-several = Several markets have this name: { $choices }. Use the code.
say-how-much-buy = { $market }: for how much? For example: buy 50,000 won of bitcoin
say-how-much-sell = { $market }: how much to sell?
say-two-amounts = Several amounts: { $amounts }. Just one, please.
say-amount-unit = { $amount }: won, or coins?
say-amount-unclear = No amount: { $amount } (for example 50,000 won, 0.01 BTC)
say-amount-bound = { $amount }: one amount, please, not a range.
say-price-or-sum = { $amount }: the sum, or a price? Press if it is the sum.
say-limit-price = The limit price is not clear. For example: buy 50,000 won of bitcoin at 90,000,000 won
say-share-of-what = { $amount } of what? Buys go by a sum, for example 50,000 won.
say-all-in = Nothing is bought with all the money there is. Name a sum within the limits (/limits).
say-foreign-money = Only KRW is traded. Name the sum in won.
say-quoted = Quoted words are no command. Write it yourself.
say-negated = Nothing was done.
say-negated-buy = Nothing was bought. Press to keep the bot from buying too; sales, stops and take profits go on.
say-negated-sell = Nothing was sold. To end the strategy's sales too: /stop. Stops and take profits still guard positions.
say-exception = It is not clear what to leave out, so nothing was done. Say what to do, one by one.
say-musing = Nothing was done. To act, say for example: buy 50,000 won of bitcoin
say-condition = Orders with a condition are not taken. Nothing was done.
say-repeated = Repeated orders are not taken. Nothing was done.
say-scheduled = Orders for later are not taken. Say what to do now.
say-notices = What you are told, and when, is set under notices.
say-pause-what = Pause what? Press to keep the bot from buying.
say-pause-later = A pause cannot be planned. Press to pause now.
say-pause-until-unclear = The end is not clear, so it is paused without one. For example: pause until tomorrow 9am
say-pause-not-stop = To end the strategy's sales too: /stop. To sell everything: /panic
say-yes = A bare yes approves nothing. Press to approve the proposal that waits.
say-press = Press a button below to do it, or to leave it.
say-no = Nothing was done. Press to reject the proposal that waits.
say-hello = Yes, I am listening. For example: buy 50,000 won of bitcoin
say-cancel-what = Cancel what?
say-cancel-side = Buys or sales alone cannot be cancelled. Cancel what?
say-exits = Stop and take profit are percentages. For example: set stop loss to 3%
say-exits-everywhere = Stop and take profit are the same for every coin. Say it without a coin: set stop loss to 3%
say-limits = Say a limit's name and its value. For example: set daily loss limit to 50,000 won
say-which-period = Only periods that end today.

### Looking
status-equity = Equity { $equity }
status-day = Today { $day } ({ $share }) · realised { $realised }
status-day-realised = Realised today { $realised }
status-cash = Cash { $free } (held by orders { $locked })
status-unrealised = Unrealised { $unrealised }
status-counts = Positions { $positions } · open orders { $orders } · to approve { $tickets }
status-unresolved = ⚠️ Orders without an answer, being checked: { $count }
status-stops = ⛔ Losing stops in a row: no entries until { $at }. To go on now: /resume
status-strategy = Strategy { $strategy } · { $timeframe }
status-markets = Markets { $markets }
away-balances = ⚠️ { $why } – balances are { $age } old.
away-unknown = ⚠️ { $why } – balances are not known.
prices-old = ⚠️ Prices are { $age } old.
status-data = Last price { $age } ago · up { $up }
status-as-of = As of { $at }
status-live = As of { $at } · kept up to date until { $until }
health-title-good = All is well.
health-title-bad = Not well: { $bad }{ $unknown ->
    [0] {""}
   *[other] {" "}· unknown: { $unknown }
  }
health-title-unknown = Nothing wrong, { $unknown } not known yet
health-good = ✅ { $checks }
health-waiting = ▫️ Not due yet: { $jobs }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
}
health-stream-public = Price stream
health-stream-private = Own-order stream
health-orders-unresolved = Orders without an answer
health-guard = Guard of stops and take profits
health-storage = Storage
health-outbox = Messages to send
health-outbox-held = Held back by quiet hours
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
health-job-patterns = Training of the pattern models
health-job-markets = List of markets
health-job-heartbeat = Heartbeat
health-job-connection = Exchange connection
health-job-outbox = Delivering messages
health-job-books = Writing the books
health-job-storage = Keeping the books
health-job-outcomes = Judging AI answers
health-job-lessons = Distilling lessons
health-job-ai-review = Review of the AI
health-job-ai-week = Weekly AI scorecard
health-job-notes = Notes on trades
health-job-ai-members = State of the AI
health-job-books-lock = Books are ours alone
why-title = Why it traded, or did not
why-nothing = Nothing to tell yet; there will be after the next candle.
why-block = ⛔ Now in the way of a buy: { $reason }
why-counts = { $strategy } · { $passes } passes in { $age }: { $ends }
why-denied = { $count } denied ({ $reasons })
why-times = ({ $count } since { $since })
count-error = error
count-warming-up = collecting candles
reconcile-equal = ✅ Books equal exchange
reconcile-known = ✅ Nothing differs but what you know of · { $count ->
    [one] one waits for an answer
   *[other] { $count } wait for an answer
}
reconcile-differs = Books and exchange disagree
reconcile-unsettled = Not everything could be compared now
reconcile-counts = Open orders { $orders } · positions { $positions } · { $seconds } s
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
pass-advice = AI: { $verdict }
pass-advice-hold = the AI would sell, there is nothing to sell
pass-advice-holding = the AI would buy, it is held already
pass-asked = asked for approval
pass-reduced = size cut to { $share }: { $cause }
pass-move-unknown = latest price move unknown, not checked
pass-new = order written
pass-sent = order being sent
pass-accepted = order open
pass-partial = partly filled
pass-unknown = order sent, answer unknown, checking
pass-done = filled
pass-cancelled = order cancelled
pass-rejected = order rejected by the exchange
pass-expired = order not taken by the exchange
balance-title = Total { $total }
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
position-age = held { $age } (since { $at }) · { $owner }
position-stop-far = stop { $far } away
position-take-far = take { $far } away
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
order-never-arrived = { $market } { $side }: not taken by the exchange. Nothing was ordered; order again if you still want it.
trades-none = No closed trades.
trades-title = Closed trades: { $count } · total { $total }{ $page ->
    [1] {""}
   *[other] {" "}· page { $page }
  }
trade-line = { $arrow } { $at } { $market } { $pnl } ({ $share }) · { $held } · { $reason }
trade-slippage = slippage { $bps }bps
pnl-title = { $days ->
    [1] Today
   *[other] Last { $days } days
  }: { $realised }
pnl-fees = Fees { $fees } (already taken off)
pnl-unrealised = Unrealised { $unrealised }
pnl-closed = { $wins } of { $closed } trades won ({ $rate })
pnl-no-trades = No trade was closed.
pnl-few = few trades: says little
pnl-result = With what is still open { $result } ({ $share })
pnl-held = Just holding: { $share } ({ $coins })
pnl-held-since = Just holding since the first trade ({ $day }): { $share } ({ $coins })
pnl-held-unknown = Just holding: unknown (no price of then)
pnl-turnover = Traded { $traded } (turnover { $turnover })
pnl-picture = Result { $days ->
    [1] today
   *[other] of { $days } days
  }: the bot (bold) and just holding (grey)
pnl-best = Best: { $line }
pnl-worst = Worst: { $line }
history-none = Nothing happened yet.
history-title = Latest events: { $count }{ $page ->
    [1] {""}
   *[other] {" "}· page { $page }
  }
trail-commands = Commands
trail-looks = Looks
trail-orders = Orders
trail-trades = Trades
trail-proposals = Proposals
trail-settings = Settings
trail-errors = Errors
logs-none = No log lines.
logs-title = Log: { $level } · lines { $count }{ $page ->
    [1] {""}
   *[other] {" "}· page { $page }
  }
level-debug = All
level-info = Info and above
level-warning = Warnings and above
level-error = Errors and above
level-critical = Critical
export-which = What would you like as a file?
export-none = Nothing to export: { $span }
export-title = { $what } · { $span } · { $rows } rows
export-days = { $days ->
    [1] today
   *[other] last { $days } days
  }
export-year = year { $year }
export-cut = Only the newest { $most } rows; ask for a shorter period, or on the server: python -m chatbot export
export-saved = { $name }: { $rows } rows, { $span }
export-year-result = Realised { $realised }, fees of { $fees } taken off
export-trades = Closed trades
export-trades-what = positions that were closed and their result
export-orders = Orders
export-orders-what = every order and what became of it
export-fills = Fills
export-fills-what = price, quantity and fee of each
export-ledger = Ledger
export-ledger-what = each booking with what it left: quantity, cost, realised result
export-events = Events
export-events-what = all that happened, commands included
csv-opened = opened
csv-closed = closed
csv-time = time
csv-market = market
csv-owner = owner
csv-bought-quantity = bought quantity
csv-bought-krw = bought KRW (with fee)
csv-sold-quantity = sold quantity
csv-proceeds-krw = proceeds KRW (after fee)
csv-fee-krw = fee KRW
csv-result-krw = result KRW
csv-reason = reason
csv-slippage-bps = slippage bps
csv-position = position id
csv-side = side
csv-type = order type
csv-state = state
csv-price = price KRW
csv-quantity = quantity
csv-notional-krw = notional KRW
csv-executed-quantity = executed quantity
csv-executed-krw = executed KRW
csv-approved-by = approved by
csv-note = note
csv-order = order id
csv-venue-order = exchange order id
csv-fill = fill id
csv-booking = booking
csv-cash-krw = cash KRW
csv-held = held after
csv-cost-krw = cost after KRW
csv-reference = reference
csv-kind = kind
csv-severity = severity
csv-details = details
csv-event = event id
booking-adopted = adopted
booking-taken-out = taken out
screener-none = No market to show.
screener-title = Top { $count }: { $ranking }
screener-legend = chg, rng: % since 09:00 in Seoul · value: KRW in 24 hours · bps: spread · dot (·): traded by the bot
screener-warning = ⚠️ { $coin }: investment warning
screener-caution = ⚠️ { $coin }: caution ({ $cautions })
ranking-volatile = Range
ranking-turnover = Value traded
caution-price-fluctuations = price swings
caution-trading-volume-soaring = volume soaring
caution-deposit-amount-soaring = deposits soaring
caution-global-price-differences = price differs from abroad
caution-concentration-of-small-accounts = few accounts trade it
brief-proposal = Proposal: { $side } { $market }
chart-title = { $market } { $timeframe } · { $candles } candles

### Proposals
card-title = Proposal: { $side } { $market } · { $mode }
card-sum = Sum { $sum }
card-quantity = Quantity about { $quantity } · price { $price }
card-fee = Fee about { $fee } · { $share } of equity
card-limit = Limit { $price }
card-band = Void outside { $low } to { $high } (±{ $band })
card-result = { $arrow } Sold now: net { $pnl }
card-stop = Stop { $price } ({ $far }) → { $pnl }
card-take = Take { $price } ({ $far }) → { $pnl }
card-trail = Trailing stop: sold { $trail } below its high
card-room = After it: { $parts }
card-entries-left = entries left today { $count }
card-spend-left = { $sum } KRW left to spend
card-exposure = exposure { $share } of { $limit }
card-votes = Models: { $verdict }{ $votes }
card-silence-reject = Without an answer it is rejected.
card-silence-allow = Without an answer it goes on by rule.
card-picture = { $market } lately, with stop and take
card-asked-anew = Asked anew at the price of now.
vote-buy = buy
vote-sell = sell
vote-hold = hold
vote-late = late
vote-refused = refused to answer
vote-truncated = answer cut off
vote-too-long = answer too long
vote-invalid = not in the form asked for
vote-error = error
vote-budget = budget used up
vote-resting = resting
figure-fast = fast mean
figure-slow = slow mean
figure-rsi = RSI
figure-rsi-before = RSI before
figure-oversold = oversold at
figure-overbought = overbought at
figure-day-open = open of the day
figure-range-yesterday = range of yesterday
figure-target = breaks out at
figure-score = score
figure-threshold = threshold
figure-trend = trend
figure-momentum = momentum
figure-swing = swing
figure-scalping = scalping
figure-day = day
figure-price-action = candles
card-expires = ⏳ Until { $at } ({ $left } left)
pending-title = Proposals waiting: { $count }. Which one?
pending-line = { $id } { $side } { $market } { $size } · { $left } left
denied = ❌ Denied: { $side } { $market }
refused-rejected = Rejected.
refused-expired = Too late, it has expired. Nothing was ordered.
refused-already-answered = Answered already ({ $by }).
refused-price-moved = The price has moved too far meanwhile. Nothing was ordered.
refused-stale-quote = The price is not known now. Nothing was ordered.
refused-too-old = The proposal is too old to be asked anew.

### Reasons
reason-trading-state = No such order in this state: { $state }
reason-order-pending = { $market }: an order is under way
reason-venue-away = { $why } – nothing new can be bought now
reason-premium = The kimchi premium is above its limit
reason-premium-unknown = The kimchi premium is not known
reason-not-reconciled = Books and exchange have not been compared yet
reason-books-differ = { $market }: coins of the bot are missing at the exchange; answer with /reconcile
reason-order-unresolved = { $market }: an order without an answer is being looked up
reason-market-inactive = { $market }: not traded at the exchange now
reason-below-minimum = { $notional } is below the smallest order, { $minimum }
reason-not-placeable = No order can be placed at this size and price ({ $why })
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
reason-declined = { $how ->
    [rejected] The strategy's proposal was rejected: it asks again in { $seconds_left } at the earliest
   *[other] Nobody answered the strategy's proposal: it asks again in { $seconds_left } at the earliest
}
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
denied-premium = kimchi premium
denied-premium-unknown = kimchi premium not known
denied-not-reconciled = books not compared yet
denied-books-differ = coins missing
denied-dust = too small to sell
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
denied-declined = proposal turned down or unanswered lately
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
settings-group = Settings: { $group }
settings-group-line = ▸ { $group }: { $count }{ $changed ->
    [0] {""}
   *[other] {" "}({ $changed } changed by chat)
  }
settings-none-changed = Chat has changed no setting.
setting-group-where = Where it runs
setting-group-talking = Notices and people
setting-group-trading = Trading
setting-group-sizing = Order size
setting-group-exits = Exits
setting-group-models = Language models
setting-group-context = What the AI is told
setting-group-approval = Approval
setting-group-limits = Limits
setting-group-changed = Changed
setting-choices = Possible: { $choices }
setting-bounds = from { $low } to { $high }
setting-past = { $at } { $by } → { $value }
setting-back = the default
change-ask = Change it like this?
undo-ask = Take this change back?
undo-of = changed by { $by } at { $at }
undone = Taken back.
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
setting-sizing = How sums are found (fixed, risk, kelly)
setting-order_fraction = Share of equity per entry
setting-risk_fraction = Share of equity lost at the stop
setting-kelly_scale = Share of the Kelly criterion used
setting-kelly_sample = Closed trades before win rate and payoff are measured
setting-kelly_start_fraction = Share of equity per entry until then
setting-stop_fraction = Stop below entry (0 = none)
setting-take_fraction = Take profit above entry (0 = none)
setting-trail_fraction = Trailing stop below the high (0 = none)
setting-max_hold_seconds = Longest holding time (0 = none)
setting-breakeven_fraction = Stop to break-even after this gain (0 = none)
setting-ai_role = Role of the AI (off, adviser, veto, decider)
setting-buy_votes = How votes on buys count
setting-sell_votes = How votes on sells count
setting-vote_threshold = Confidence the average rule needs
setting-sell_of_answered = Sells: a majority of those who answered
setting-ai_cooldown_candles = Candles without a question after a no
setting-ai_deadline_seconds = Time an answer may take
setting-ai_daily_krw = AI cost per day
setting-ai_monthly_krw = AI cost per month
setting-ai_chat_daily_krw = AI cost per day for sentences (0 = off)
setting-ai_cost_share = AI cost beside the order
setting-ai_max_share = Most of the allotted money in one decision
setting-ai_unavailable = When models do not answer (hold, rules)
setting-ai_news = Headlines for AI (sorted, text)
setting-ai_memory = Tell the AI of earlier decisions (on, off, auto)
setting-ai_horizon_candles = Candles after which AI answers are judged (1, 4, 12, 24, 96)
setting-approval = Who is asked (auto, ask-all, ask-above)
setting-ask_above_krw = Ask above this sum
setting-approval_ttl_seconds = A proposal is good for
setting-price_band = Price move that voids a proposal
setting-silence = When nobody answers (reject, allow)
setting-silence_allow_below_krw = Goes on unanswered up to
setting-silence_hours = Hours in which it may (empty: always)
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
setting-declined_seconds = Wait after a no, or no answer (0 = off)
setting-max_quote_age_seconds = Oldest price
setting-premium_limit_fraction = Highest kimchi premium (0 = off)
setting-premium_action = Buys above it (allow, reduce, refuse)
setting-premium_reduction = Share that reduce takes off a buy
setting-premium_unknown = Buys while it is not known (allow, reduce, refuse)
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
error-buy-other-coin = { $unit } is not the coin of { $market }.
error-sell-other-coin = { $unit } is not the coin of { $market }.
error-sell-more-than-held = { $value } is more than is held, { $held }
error-nothing-to-sell = No position to sell: { $market }
error-price-unknown = The price is not known now: { $market }
error-market-unknown = No such market: { $text } (write BTC, Bitcoin or KRW-BTC)
error-market-unknown-near = No such market: { $text } Perhaps: { $choices }
error-market-ambiguous = { $text } may be several markets: { $choices }. Write the code.
error-markets-change-unclear = Say add or remove: { $value }
error-markets-empty = At least one market has to stay.
error-no-candles = No candles yet: { $market }
error-strategy-unknown = No such strategy: { $name } (there are: { $names })
error-param-unknown = { $strategy } has no parameter { $name } (it has: { $names })
error-param-bad-value = { $name } = { $value } is not possible ({ $bounds })
error-param-not-below = { $lower } ({ $low }) must be below { $upper } ({ $high }).
error-param-no-weight = One of the weights must be above 0.
error-setting-unknown = No such setting: { $key } (see /settings)
error-setting-ambiguous = { $key } may be several settings: { $choices }
error-setting-bad-value = { $key } = { $value } is not possible.
error-setting-fixed = { $key }: chat cannot change it; change the environment and start again.
error-raise-none = { $key }: no change waits.
error-undo-none = There is no change to take back.
error-export-unknown = That cannot be exported: { $value } (possible: { $known })
error-ranking-unknown = Unknown ranking: { $value } (possible: { $known })
error-level-unknown = Not understood: { $value }. Write how many (20) or a level ({ $known }).
error-trail-unknown = Not understood: { $value }. Write how many (20), a kind ({ $known }), me, or a person (telegram:123).
error-group-unknown = There is no such group of settings: { $value } (possible: { $known })
error-ticket-none = No proposal waits.
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
error-drill-running = A drill is running already. /drill shows how far it is.
error-drill-none = No drill is running.
error-drill-no-room = Too little free memory for a drill: { $free } MB free, { $needed } MB needed. Close other programs, or try on a larger machine. Trading goes on as before.
error-drill-part-unclear = Write /drill, /drill last or /drill stop: { $value }

### Failures
failed-unreachable = The exchange cannot be reached. Try again in a moment.
nothing-sent = No order was sent.
ticket-stays = The proposal is still there.
failed-busy = The exchange asks for patience. Try again in a moment.
failed-offline = The exchange is under maintenance. Try again when it is over.
failed-blocked = Asked too often: the exchange shuts us out for a while. Try again in about a minute.
failed-forbidden = The API key does not work: look at its expiry, rights and allowed addresses. ({ $detail })
failed-funds = Not enough balance. ({ $detail })
failed-rejected = The exchange said no; nothing was ordered. ({ $detail })
failed-outcome-unknown = Sent, no answer, checking. It is not sent again.
failed-storage = It could not be written down. ({ $detail })
failed-mismatch = Books and exchange disagree: stop buying and look.
failed-other = That did not work. ({ $detail })
failed-internal = Something went wrong inside the bot. If it happens again, look for { $reference } in /logs.

### Notices
notice-started = Started: { $mode } · { $state }
notice-stopped = The service has stopped.
notice-failsafe = ⚠️ The service has failed and is not running. Fail-safe ({ $policy ->
    [hold] nothing touched
    [stop-entries] buying locked
    [cancel] orders cancelled
   *[other] everything sold
  }): { $outcome ->
    [done] done
   *[other] ⚠️ could not be carried out
  }
notice-ticket-answered = Proposal { $answer }: { $side } { $market } ({ $by })
notice-ticket-expired = Proposal expired without an answer: { $side } { $market }
notice-ticket-silence = ⏰ No answer: { $side } { $market } goes on by rule.
notice-order = Order: { $side } { $market }
notice-order-unknown = ⚠️ { $market } order sent, answer unknown.
notice-order-resolved = { $market } order looked up: { $state }
notice-order-rejected = { $state ->
    [expired] ❌ { $market } order not taken by the exchange: { $name }
   *[other] ❌ { $market } order rejected by the exchange: { $name }
  }
notice-order-cancelled = { $market } order cancelled.
notice-fill = Filled: { $side } { $market } { $quantity } @ { $price }
notice-entry = In: { $market } { $quantity }
notice-guard-moved = { $market } stop moved: { $before } → { $stop } ({ $cause })
notice-exit = Out: { $market } { $pnl } ({ $pnl_share })
notice-denied = Denied: { $side } { $market } ({ $reasons })
notice-limit-hit = ⛔ Limit reached: { $reasons }
notice-state-changed = Trading state: { $state } · { $by }
notice-setting-changed = Setting { $key }: { $old } → { $new } ({ $by })
notice-setting-waits = ⏳ Setting { $key }: { $old } → { $new } waits ({ $by })
notice-setting-cancelled = Setting { $key }: change to { $new } cancelled, { $old } stays ({ $by })
notice-panic = Panic{ $going_on ->
    [yes] {" "}under way
   *[other] {""}
  }: { $flat ->
    [yes] flat
   *[other] something is left
  } ({ $by }, { $seconds })
notice-error = ❌ Error: { $where }{ $often ->
    [once] {""}
   *[other] {" "}(×{ $count })
  }
notice-job-failed = ⚠️ Job failed: { $job }{ $often ->
    [once] {""}
   *[other] {" "}(×{ $count })
  }
notice-job-recovered = ✅ Job works again: { $job } (failures before: { $count })
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
notice-drill-finished = { $outcome ->
    [passed] ✅ Drill passed ({ $seconds })
    [failed] ❌ Drill failed ({ $seconds })
    [stopped] Drill stopped by { $by } (after { $seconds })
    [cut] ⚠️ Drill cut off: the service ended (after { $seconds })
   *[other] ⚠️ The drill could not be carried out
  }
notice-advice = 🤖 { $market } { $side } · AI: { $verdict }
detail-advice-votes = { $votes }
detail-advice-reason = { $reason }
detail-advice-cost = AI cost { $cost }
button-advice = What the AI said
verdict-approved = agreed
verdict-rejected = against it
verdict-tie = tied
verdict-no_quorum = too few answers
verdict-all_failed = nobody answered
verdict-budget = budget spent, going on by rules
verdict-cooldown = resting after a no
verdict-too_dear = not asked: too dear for this order
ai-role-off = off
ai-role-adviser = for information
ai-role-veto = must agree
ai-role-decider = the AI proposes
pattern-title = { $market } pattern risk { $risk }
pattern-title-useless = { $market }: the pattern model is no guide at present
pattern-means = Chance of a close 1.5 ATR lower within 12 candles.
pattern-usual = Usually { $base }
pattern-position = Suggested size: { $share } of the usual
pattern-scores = Out of sample: { $n } cases · AUC { $auc } · against the base rate { $skill }
pattern-data = Data: { $rows } candles ({ $first } to { $last }) · trained { $trained }
pattern-advice = For information: it neither stops nor sends orders.
pattern-none = { $market }: no pattern model yet
pattern-nightly = What is needed is trained every night at 04:40.
pattern-too-few = { $market }: too few candles to train on
button-train = Train now
arg-train = train
outcome-ok = done
outcome-asked = asked back
outcome-ticket = proposed
outcome-going-on = under way
outcome-refused = not ordered
outcome-left = something is left
outcome-dropped = dropped
outcome-waits = takes effect later
outcome-denied = stopped by limits
outcome-partly = in part
outcome-none = nothing there
outcome-failed = not carried out
notice-command = { $person } { $line } → { $outcome }
notice-stranger = ⚠️ Somebody not on the list: { $person } { $name }
notice-chat-down = ⚠️ { $channel } does not take messages.
notice-chat-back = ✅ { $channel } takes messages again (after { $seconds })
detail-started-strategy = Strategy { $strategy } · { $timeframe }
detail-started-markets = Markets { $markets }
detail-started-open = Open positions: { $positions }
detail-nobody-admitted = No owner is listed: nobody can steer it by chat. To add one, on the server: python -m chatbot pair
detail-stopped-left = Open positions, not guarded while the service is off: { $positions }
detail-failsafe-what = { $policy ->
    [hold] Nothing was touched.
    [stop-entries] Buying is locked until /resume.
    [cancel] Orders were to be cancelled; buying is locked until /resume.
   *[close] Orders were to be cancelled and positions sold; buying is locked until /resume.
  }
detail-failsafe-positions = Open positions, not guarded: { $positions }
detail-failsafe-orders = Orders that may still be open: { $open_orders }
detail-failsafe-note = { $note }
detail-failsafe-next = Look after them in Upbit's app until it runs again. On the server: systemctl status trader, then python -m chatbot doctor
failsafe-no-exchange = The exchange of the sandbox ended with the service: nothing can be cancelled or sold.
detail-order-size = Size { $size }
detail-order-price = Limit { $price }
detail-order-id = Order { $client_order_id }
detail-order-unknown = It is being looked up at the exchange and not sent again.
detail-rejected-message = { $message }
detail-exit-again = It protects a position, so it is tried again and again.
detail-order-gone = Nothing was ordered. Order again if you still want it.
detail-silence-rule = Sum { $notional } · rule: up to { $limit } goes on unanswered
detail-silence-hours = In force { $hours }
detail-silence-against = Why it did not go on by rule: { $reasons }
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
detail-panic-cause = { $cause } – trying until it works.
detail-panic-counts = Cancelled { $cancelled } · sold { $sold } · orders left { $open_orders_left }
detail-panic-remaining = Left: { $remaining }
detail-panic-proceeds = Received { $proceeds }
detail-error-market = { $market }
detail-error-cause = { $cause }
detail-message = { $message }
detail-message-error = { $error }
detail-stream-lost = It is being reconnected.
detail-stream-lost-public = Meanwhile stops are watched with prices asked for every second.
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
detail-reconciled-open = Differences that wait for an answer: { $open }
detail-daily-result = Realised { $realised } · unrealised { $unrealised }
detail-daily-trades = Trades closed { $closed }, won { $wins }
detail-daily-fees = Fees { $fees }
detail-stranger = To let them in, make a code with /invite viewer (or trader) and pass it on.
detail-chat-down = Until it is back, what is critical comes here.
detail-chat-down-since = Since { $since }; messages waiting: { $waiting }
detail-chat-down-fault = { $fault }
detail-chat-back = What was missed is told there in one message.

### Delivery: outages, late commands, digests
chat-unreachable = { $channel } cannot be reached. Trading goes on; messages are kept and sent later.
chat-busy = { $channel } asks for fewer messages. They are kept and sent more slowly.
chat-forbidden = { $channel } rejects the token. Put the right one into .env and restart; until then it is tried again.
chat-conflict = Another program uses the same { $channel } token. Stop it, or give this one a token of its own: commands reach only one of them.
chat-refused = { $channel } does not let the bot write there. Start or unblock the bot, or invite it to the channel.
chat-back = { $channel } works again.
late-title = 📥 Not run: { $count ->
    [1] a command
   *[other] { $count } commands
} sent while there was no connection
late-safer = ▸ { $said } · { $age } ago – one tap below
late-expired = ▸ { $said } · { $age } ago – expired
late-hint = Prices may have moved since. A button below runs it now.
late-now = ▶ { $line }
late-again = Run again: { $line }
late-press-title = Button not accepted, it came too late
late-press-line = ▸ { $said } – pressed at any time in the last { $away }. Look at the message again and press once more.
cut-off-title = Cut off by a restart: { $line }
cut-off-line = How far it came is not certain, and it is not run again by itself. Look before repeating it.
cut-off-button = a button
digest-title = 📬 What you missed: { $count } messages ({ $from } to { $to })
digest-trades = Trades: { $count }{ $closed ->
    [0] {""}
   *[other] {""} · { $closed } closed, net { $pnl }
  }
digest-trade-closed = { $arrow } { $market } { $pnl } ({ $share }) · { $from } → { $to } · { $reason }
digest-group = { $name }: { $count }
digest-one = { $at } { $text }
digest-many = { $text } ×{ $count } ({ $from } to { $to })
digest-more = and { $count } more: /history
digest-group-orders = Orders
digest-group-errors = Errors and warnings
digest-group-control = State and settings
digest-group-books = Books and exchange
digest-group-service = Service
digest-group-reports = Reports
delivery-late = Delivered { $age } late; this happened at { $at }.
delivery-again = { $title } (again)
fold-count = { $count } times · first { $from } · last { $to }
fold-over = { $title } ({ $count ->
    [1] {""}
   *[other] ×{ $count }, last{" "}
  }{ $to })

### The card of a trade: one message that shows it from beginning to end
trade-proposed = ❓ Proposal waits · { $market }
trade-ordered = 🕒 Order to { $side } · { $market }
trade-checking = ⚠️ Order being checked · { $market }
trade-holding = 🟢 Holding · { $market }
trade-selling = 🟠 Selling · { $market }
trade-closed = 🏁 Trade over · { $market }
trade-ended = ⚪ Over without a fill · { $market }
trade-size = { $quantity } · mean { $average }
trade-now = now { $bid } · unrealised { $pnl } ({ $share })
trade-now-unknown = The price is not known now.
trade-realised = Realised { $pnl } · sold { $quantity }
trade-net = { $arrow } net { $pnl } ({ $share })
trade-bought-sold = Bought { $cost } → sold { $proceeds }
trade-held = held { $held } · fees { $fees }
trade-why = Why: { $why }
step-proposal = Proposal: { $side }
step-ticket-answered = Proposal { $answer } ({ $by })
step-ticket-expired = Proposal expired without an answer
step-ticket-expired-against = No answer, and not by rule: { $reasons }
step-ticket-silence = No answer: goes on by rule
step-denied = Denied: { $reasons }
step-order = Order: { $side } { $size }
step-order-unknown = No answer, checking
step-order-resolved = Order found: { $state }
step-order-rejected = { $state ->
    [expired] Not taken by the exchange: { $name }
   *[other] Rejected by the exchange: { $name }
  }
step-order-cancelled = Order cancelled
step-fill = Filled: { $side } { $quantity } @ { $price }
step-entry = Entry complete
step-guard-moved = Stop moved → { $stop } ({ $cause })
step-exit = Out ({ $reason }) { $pnl }
step-error = ❌ { $where }

### Drill
drill-started = Drill started; it takes about { $seconds }.
drill-untouched = Your trading is not touched: beside it a second service trades play money at an exchange of its own. The result comes here.
drill-runs = Drill under way for { $seconds }. Now: { $step }
drill-stopped = Drill stopped. Nothing of it is left.
drill-never-run = No drill has been run yet.
drill-step-start = Start
drill-step-outage = Exchange away
drill-step-crash = Crash (kill -9, order under way)
drill-step-restart = Restart
drill-step-panic = Panic
drill-step-books = Books against exchange
drill-facts-outage = for { $outage_seconds }s
drill-facts-panic = { $sold } sold, { $cancelled } cancelled
drill-facts-books = { $orders } orders, { $fills } fills
drill-check-start-ready = ready
drill-check-start-bought = bought, orders resting
drill-check-outage-noticed = told
drill-check-outage-answer = /status answered
drill-check-outage-stop = stop loss after it
drill-check-outage-streams = streams back
drill-check-outage-trading = trading again
drill-check-crash-ready = ready
drill-check-crash-order = order found and booked
drill-check-crash-guards = guards restored
drill-check-crash-stop = stop loss
drill-check-restart-end = stopped
drill-check-restart-ready = ready
drill-check-restart-kept = all kept
drill-check-panic-flat = flat
drill-check-books-equal = orders, fills, cash, coins
drill-late = ❗{ $reached } (allowed { $allowed }s)
drill-never = ❗{ $name }: not within { $allowed }s
drill-not-run = Not run: { $steps }
drill-differs = Differs: { $what }
drill-defect-order-unknown-to-us = an order unknown to the books
drill-defect-order-twice = an order sent twice
drill-defect-order-that-never-was = an order the exchange never had
drill-defect-order-in-a-wrong-state = an order in a wrong state
drill-defect-order-with-wrong-figures = an order with wrong figures
drill-defect-order-unresolved = an order of unknown outcome
drill-defect-order-left-open = an order left open
drill-defect-fill-lost = a fill lost
drill-defect-fill-too-many = a fill too many
drill-defect-fill-with-wrong-figures = a fill with wrong figures
drill-defect-cash-differs = cash differs
drill-defect-coins-differ = coins differ
drill-defect-position-differs = a position differs
drill-defect-result-differs = a result differs
drill-defect-position-without-guard = a position without guard
drill-defect-guard-with-wrong-levels = a guard with wrong levels
drill-defect-difference-that-is-none = a difference that is none
drill-defect-books-damaged = books damaged
drill-defect-service-failed = the service failed
drill-why = Why: { $detail }
drill-log = What the rehearsed service said: drill.log in DATA_DIR
drill-broken = This says nothing about your trading. Try again; if it happens again, look at the log of the service.
drill-ended = The rehearsed service ended by itself or no longer answered: do not trade real money with this version, and report it.
drill-hint-start-ready = Slow start: is the machine busy, or its disk slow? Look with /health, and try a quieter hour.
drill-hint-start-bought = Buying did not work at the start; look into drill.log before you trade real money.
drill-hint-outage-noticed = You would learn late that the exchange is away; look into drill.log.
drill-hint-outage-answer = Commands hang while the exchange is away; in need use the PANIC file or Upbit's app.
drill-hint-outage-stop = Stops were late after an outage: hold less, or set them wider, until the cause is found.
drill-hint-outage-streams = Prices come late after an outage: check the network and the load of the machine.
drill-hint-outage-trading = Buying resumes late after an outage; look into drill.log.
drill-hint-crash-ready = A restart takes too long: close other programs, or take a faster machine.
drill-hint-crash-order = The order under way was not found after the crash. Run /reconcile after every crash.
drill-hint-crash-guards = Positions would be unguarded after a crash: after one run /positions and /reconcile.
drill-hint-crash-stop = Stops were late after the crash; look into drill.log.
drill-hint-restart-end = Stopping takes too long, and systemd would kill the service: is the disk slow?
drill-hint-restart-ready = A restart takes too long: close other programs, or take a faster machine.
drill-hint-restart-kept = A restart changed positions, guards or orders: compare /positions before and after one.
drill-hint-panic-flat = Panic did not end flat in time: after a real one, check in Upbit's app.
drill-hint-books-equal = Books and exchange differed: do not trade real money with this version, and report it.

### The end of the demonstration
demo-greeting = A local exchange with 10,000,000 KRW of play money, { $speed } times as fast as life.
demo-typed = Try: /status · /buy BTC 50000 · /positions · /why BTC · /chart BTC · /panic · /help
demo-leave = Plain words will do: "buy 50000 won of bitcoin". Buttons by their number; Ctrl-D ends it.
demo-no-terminal = Type commands at a terminal, or give them in a file with --commands.
demo-summary = The end: { $orders } orders, { $fills } fills, { $positions } positions still open, fees { $fees }.
    Equity by our books { $equity }, by the exchange { $exchange }.

### Alerts
help-alerts = Price alerts: levels, moves, indicators
example-alerts = /alerts BTC > 100000000
arg-alert = market condition | delete id | mute id [span]
arg-alert-id = alert id
arg-repeat = repeat
alert-price-above = price above { $level }
alert-price-at-least = price at or above { $level }
alert-price-below = price below { $level }
alert-price-at-most = price at or below { $level }
alert-move-above = up { $level } within { $span }
alert-move-below = down { $level } within { $span }
alert-move-either = moved { $level } within { $span }
alert-rsi = RSI({ $span }) { $sign } { $level } ({ $timeframe })
alert-sma-above = close above the mean of { $span } ({ $timeframe })
alert-sma-below = close below the mean of { $span } ({ $timeframe })
alert-volume = volume { $sign } { $level } × the mean of { $span } ({ $timeframe })
alert-value-sma = { $share } from the mean
alert-value-volume = { $times } × the mean
alert-set = 🔔 Alert set: { $alert }
alert-now = Now { $value }
alert-holds = It is true already: you are told when it becomes true anew.
alert-ends = Watched until { $at }.
alert-repeats = It goes on after the first time.
alert-repeating = repeats
alert-was-fired = told at { $at }
alert-was-expired = ended at { $at }
alerts-title = Alerts: { $count }
alerts-count = { $count }
alerts-none = No alerts are set.
alerts-how = Such as: /alerts BTC > 100m · /alerts XRP 3000 · /alerts BTC -5% 1h · /alerts BTC rsi < 30 15m
alerts-over = Over
alerts-deleted = Alert deleted: { $alert }
alerts-muted = 🔕 Alert muted: { $alert }
alerts-muted-until = Again from { $at }.
alerts-unmuted = 🔔 Alert on again: { $alert }
button-delete = Delete
button-alerts = Alerts
button-alert-again = Set again
button-mute-hour = Mute 1h
button-mute-all = Mute all
button-unmute-all = Unmute all
button-delete-all = Delete all
notice-alert = { $outcome ->
    [expired] ⌛ Alert ended: { $market } { $condition }
   *[other] 🔔 { $market } { $condition }
}
detail-alert-value = Now { $value }
detail-alert-repeat = It is watched on.
digest-group-alerts = Alerts
health-job-alerts = Alerts
health-job-alert-candles = Indicator alerts
error-alert-unclear = Not a condition for an alert: { $value }
error-alert-window = Within what time shall { $value } count? Such as: 5% 1h
error-alert-span = { $kind ->
    [move] A move is watched over one minute to one day.
   *[other] From { $least } to { $most } candles.
}
error-alert-value = No alert with this figure: { $value }
error-alert-too-many = One person may have { $most } alerts. Delete some: /alerts
error-alert-too-long = An alert lasts { $days } days at most.
error-alert-krw-only = Alerts are for markets against KRW: { $market }
error-alert-unknown = No such alert: { $id }. The list: /alerts
error-alert-ambiguous = Several alerts begin with { $id }. One more letter, please.
error-alert-over = That alert is over: { $id }. To set it again: /alerts again { $id }

### Who is told what
help-notify = What is told, and where
example-notify = /notify trades -> telegram:-100123/45
help-quiet = Quiet hours
example-quiet = /quiet 23:00-07:00
arg-notify = quiet|normal|all | kind on|off | kind -> chat
arg-notify-how = on, off, or -> and a chat
arg-hours = from-to | off
notify-title = Notifications
notify-quiet = Quiet
notify-normal = Normal
notify-all = All
notify-is-quiet = This chat: quiet – warnings, reports, alerts and questions
notify-is-normal = This chat: normal – all that happens
notify-is-all = This chat: all – denied orders too
notify-off = Switched off: { $names }
notify-not-here = Nothing is sent to this chat now but alerts set here.
notify-nobody = nobody
notify-default = Told: { $places }
notify-routed = { $name } → { $places }
notify-critical = What is critical, and questions, always come.
notify-group-trades = Trades
notify-group-orders = Orders
notify-group-errors = Errors
notify-group-reports = Reports
notify-group-alerts = Alerts
notify-group-control = State
quiet-hours = 🌙 Quiet { $hours } (Seoul)
quiet-none = No quiet hours
quiet-how = Only what is critical comes meanwhile; the rest comes in one message at the end.
quiet-now = It is quiet until { $at }.
quiet-example = Such as: /quiet 23:00-07:00
button-quiet = 🌙 { $hours }
button-quiet-off = End quiet hours
button-notify = Notifications
error-notify-unclear = { $value }: write one of { $known }.
error-place-unclear = Not a chat: { $value }. Such as: telegram:-100123/45, slack:C0123, here
error-place-none = There is no chat to set. Do it in Telegram or Slack, or write kind -> chat.
error-place-no-channel = { $channel } is not connected: nothing can be sent there.
error-place-too-many = One kind can go to { $most } chats.
error-hours-unclear = Not hours: { $value }. Such as: 23:00-07:00

### Scores, memory, lessons and notes of models
verdict-no_voters = no AI has a vote left, going on by rules
notice-ai-scorecard = 📊 AI scorecard, { $days } days · { $questions } questions · cost { $cost }
notice-ai-member = { $change ->
    [demoted] ⚠️ AI { $member } has lost its vote.
    [restored] AI { $member } has its vote back ({ $by }).
    [retiring] ⚠️ AI { $member }: its model { $model } ends on { $ends }.
    [retired] ❌ AI { $member }: its model { $model } has ended.
    [unknown] ❌ AI { $member }: the vendor does not know the model { $model }.
   *[other] ⚠️ AI { $member } is not asked any more.
  }
detail-ai-demoted = { $n } answers were worth { $value } and cost { $cost }. It is still asked and scored, but not counted. Give the vote back: /ai restore { $member }
detail-ai-restored = It is judged anew by what it says from now on.
detail-ai-retiring = Put another model into { $setting } before then, and restart.
detail-ai-retired = Put another model into { $setting } and restart.
detail-ai-unknown = Check { $setting } and the API key, and restart.
detail-ai-off = The vendor says: { $detail }. Check key, bill and model name, and restart.
notice-ai-budget = ⚠️ AI is near { $period ->
    [month] this month's
   *[day] today's
  } cap: { $cost } of { $limit }
detail-ai-budget = At the cap no AI is asked and trading goes on by rules; with the role decider nothing new is bought.
detail-ai-budget-how = Other caps: /set ai_daily_krw · /set ai_monthly_krw
notice-ai-memory = 🧠 AI memory is off: being told of earlier decisions did not help.
detail-ai-memory = { $n } comparisons · Brier with memory { $brier_with }, without { $brier_without } (lower is better)
detail-ai-memory-how = On again: /set ai_memory on · compare again: /set ai_memory auto
notice-lesson = 💡 Lesson ({ $lesson_state }): { $condition }
detail-lesson-counts = { $counts }
detail-lesson-text = In the AI's words: “{ $text }”
detail-lesson-why = Why: { $why }
lesson-why-age = older than 30 days
lesson-why-refuted = what came after does not bear it out
lesson-state-active = in use
lesson-state-candidate = too little evidence
lesson-state-retired = retired
lesson-state-vetoed = vetoed
lesson-condition = { $side }: { $feature } { $op } { $level }
lesson-counts = paid { $hits } of { $n } times, otherwise { $other_hits } of { $other_n }
lesson-interval = difference { $low } to { $high } points (90%)
lesson-words = “{ $text }”
model-words = 🤖 In the AI's words: “{ $text }”
notice-reflection = 📒 Note: { $market } { $pnl } ({ $pnl_share })
step-reflection = 📒 { $teaches }
note-expected = Expected: { $why }
note-votes = AI: { $votes }
note-left = Left: { $why }
note-after = { $candles ->
    [1] after 1 candle
   *[other] after { $candles } candles
  } { $share }
note-holding = Holding instead: { $held } · doing nothing 0%
note-holding-unknown = Doing nothing 0% · what holding would have brought: later in /lessons notes
teaches-won = Won. One trade cannot tell skill from luck.
teaches-won_early = Won, but holding longer was better. Look at take profit and trailing stop over several trades.
teaches-fees = The price rose, but not enough for the fees: too small a move to trade.
teaches-lost = Lost, and was never ahead. Look at the entries over several trades.
teaches-lost_early = Lost, and the price came back. See over several trades whether the stop is too near.
teaches-lost_saved = Lost, but holding would have lost more: the exit did its work.
ai-ensemble = together
ai-no-vote = no vote
ai-score-head = { $name } · { $n } judged of { $calls }
ai-score-hits = right { $rate } ({ $low }–{ $high }) · Brier { $brier } · mean { $net }
ai-score-value = value { $value } · cost { $cost } · answers in { $p50 } (slow ones { $p95 }) · failed { $failed }
ai-too-few = too few to tell ({ $n }/{ $enough })
ai-worth-it = Brings more than it costs.
ai-not-worth-it = No reason to keep it.
ai-pair = { $first }·{ $second }: same answer { $agreed } · both wrong { $wrong } ({ $n } times)
ai-week-line = { $name } · { $n } answers · right { $rate } Brier { $brier } value { $value } cost { $cost } · { $verdict }
feature-rsi = RSI(14)
feature-macd_hist = MACD histogram/close
feature-sma20_distance = distance to the 20-candle mean
feature-bollinger_position = Bollinger position (0 lower, 1 upper)
feature-atr = ATR(14)
feature-atr_fraction = ATR/close
feature-volatility = volatility (annualised)
feature-volume_ratio = volume/20-candle mean
feature-rsi_1h = hourly RSI(14)
feature-rsi_1d = daily RSI(14)
feature-change_24h = 24h change
feature-change_30d = 30-day change
feature-spread_bps = spread (bps)
feature-depth_imbalance = order book imbalance
feature-fear_greed = Fear & Greed
feature-kimchi_premium = kimchi premium
feature-tether_premium = tether premium
feature-coin_premium = coin premium
feature-nasdaq_change = Nasdaq change
feature-coin_headlines = headlines about the coin
feature-hour_seoul = hour in Seoul
button-ai = AI scorecard
button-lessons = Lessons
help-ai = AI scorecard, what the AI saw and said
help-votes = Show or change how the AI votes
help-lessons = Lessons, and notes on closed trades
example-ai = /ai last BTC
example-votes = /votes buy majority
example-lessons = /lessons notes
arg-ai = period|last [market]|buy|sell|ID|restore NAME
arg-votes = role|buy|sell|threshold|answered|unavailable|cooldown
arg-lessons = notes|pin ID|unpin ID|veto ID|edit ID TEXT
ai-title = AI scorecard, { $days } days
ai-nobody = No AI is configured; the bot trades by rules alone.
ai-nobody-how = To add one: put AI_MEMBERS=openai (or anthropic, gemini, local) and its API key into .env and restart. See docs/settings.md
ai-member = 🤖 { $name } ({ $model })
ai-trouble = not asked: { $why }
ai-single = Advice of a single model. One of another vendor would give something to compare with.
ai-judged = { $questions } questions · judged after { $horizon } candles · value is against the rules alone, less the cost
ai-nothing-asked = Nothing was asked in this time.
ai-bill = Cost today { $day } of { $day_cap } · this month { $month } of { $month_cap }
ai-memory-on = Is told of earlier decisions{ $use ->
    [auto] {" "}(while it helps)
   *[other] {""}
  }
ai-memory-off = Is not told of earlier decisions{ $use ->
    [auto] : it did not help
   *[other] {""}
  }
ai-memory-compared = { $n } comparisons: Brier with { $having }, without { $without }
ai-picture = AI, { $days } days: value and calibration
ai-restored = { $member } has its vote back.
ai-decision-title = 🤖 { $market } { $side } · AI: { $verdict }
ai-open-side = buy or sell
ai-decision-when = { $at } · { $strategy } { $timeframe } · price { $price }
ai-decision-rule = Role { $role } · rule { $rule } · cost { $cost }
ai-decision-shadow = Asked only to measure what memory is worth. The question itself: { $id }
ai-decision-size = Share { $share } × market factor { $factor }
ai-decision-order = Order { $id }
ai-outcome = Price since: { $moves }
ai-outcome-none = No outcome yet.
ai-items-ok = Saw: { $items }
ai-items-stale = ⏳ Stale: { $items }
ai-items-absent = Absent: { $items }
ai-features = Figures: { $figures }
ai-memory-shown = Lines of memory: { $count }
ai-member-words = 🤖 { $member } said: “{ $text }”
ai-member-detail = { $member }: { $detail }
ai-cap-day = not asked, the day's cap is reached
ai-cap-month = not asked, the month's cap is reached
ai-late = did not answer in time
ai-rests = not asked, it rests after failing again and again
ai-too-large = the answer was far too long and was not read
ai-row-stance = says
ai-row-size = share
ai-row-confidence = sure
ai-row-up = p(up)
ai-row-horizon = candles
ai-row-stop = stop
ai-row-take = take
ai-row-cost = cost
ai-row-seconds = seconds
vote-rule-unanimous = unanimous
vote-rule-majority = majority
vote-rule-average = average
votes-title = AI votes · { $count } with a vote
votes-two = With two members a majority is both.
votes-hint = Change: /votes buy majority, /votes role adviser
lessons-title = Lessons: { $count } · in use: { $active }
lessons-none = No lessons yet.
lessons-how = They are looked for once a day when enough decisions are judged. Only those with enough evidence are shown to the AI.
lessons-more = … and { $count } more
lessons-edit = Other words: /lessons edit ID TEXT
lesson-pin-done = Pinned: shown whatever the results and its age.
lesson-unpin-done = From now on the results decide.
lesson-veto-done = Vetoed: it will not be shown again.
lesson-edit-done = The words are changed.
notes-title = Notes on closed trades: { $count }
notes-none = No notes yet. Each closed position gets one.
note-head = ▸ { $at } { $market } { $pnl } ({ $share })
button-votes = Votes
button-ai-last = Last question
button-notes = Notes
button-restore-vote = Vote for { $member }
button-vote-ai_role = AI role
button-vote-buy_votes = Buys
button-vote-sell_votes = Sells
button-vote-vote_threshold = Threshold
button-pin = 📌 Pin
button-unpin = Unpin
button-veto = 🚫 Veto
button-unveto = Undo veto
error-ai-unclear = Not clear what to show: { $value }. Try /ai, /ai week, /ai last BTC, /ai ID
error-ai-unknown = No such question to the AI: { $id }. The newest: /ai last
error-ai-ambiguous = Several questions begin with { $id }. Add a letter.
error-ai-none = The AI has not been asked yet.
error-ai-member-votes = { $name } has not lost its vote. Without a vote: { $names }
error-votes-unclear = { $value }: write one of { $known }.
error-lessons-unclear = { $value }: write one of { $known }.
error-lesson-unknown = No such lesson: { $id }. The list: /lessons
error-lesson-ambiguous = Several lessons begin with { $id }. Add a letter.
error-lesson-text = These words cannot be used. Leave out links and symbols.
pnl-model-cost = AI cost { $cost } · result after it { $net }
status-model-cost = AI cost today { $cost }

say-alert-window = A move within what time?

### Changes of notifications
notify-change-group = notices of { $name }
notify-change-profile = notices
notify-change-quiet = quiet hours
notify-value-on = on
notify-value-off = off
notify-value-default = everybody
note-path = While held: { $path }
teaches-won_less = Won, but stood higher before. Look at take profit and trailing stop over several trades.
teaches-gave_back = Was ahead and ended in a loss. Look at take profit and trailing stop over several trades.
item-order-book = order book
item-c-1m = 1m candles
item-c-3m = 3m candles
item-c-5m = 5m candles
item-c-10m = 10m candles
item-c-30m = 30m candles
item-c-15m = 15m candles
item-c-1h = 1h candles
item-c-4h = 4h candles
item-c-1d = daily candles
item-funding = funds
item-kimchi-premium = kimchi premium
item-tether-premium = tether premium
item-coin-premium = coin premium
item-usd-krw = USD/KRW
item-fear-greed = Fear & Greed
item-nasdaq100 = Nasdaq-100
item-pattern-risk = pattern model
item-news = news

### Slack's Home tab
home-stranger = Not paired
home-stranger-id = You are not on the list. Your id: { $person }
home-stranger-how = With a code you come in: write pair CODE under Messages, or /trader pair CODE anywhere. An owner makes a code with /invite; the first owner gets it on the server: python -m chatbot pair
home-waiting = Waiting for an answer: { $count }
home-more = and { $count } more: /approve
home-in-messages = The answer stands under Messages.
home-hint = Every command works under Messages (status, or a sentence) and anywhere in Slack as /trader: /trader status
button-panic = 🚨 Panic
