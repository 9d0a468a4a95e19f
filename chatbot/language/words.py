"""The words sentences are made of, as patterns over cleaned text: verbs, nouns, fillers, and what spoils a command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chatbot.language.tokens import Action, Kind, Value
from chatbot.registry import Registry

NOT_A_WORD: Final = r"(?![0-9a-z]|'[a-z])"
"""Behind an English word; a Korean particle may follow."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`pure`: a verb by itself (`팔아`); else it needs `해줘`, or the end of the sentence, to ask for something.
    `inside`: may stand behind another word without a blank (`비트코인팔아`)."""

    kind: Kind
    pattern: re.Pattern[str]
    value: Value = None
    pure: bool = True
    inside: bool = True


def _entry(kind: Kind, pattern: str, value: Value = None, *, pure: bool = True, inside: bool = True) -> Entry:
    return Entry(kind, re.compile(pattern), value, pure, inside)


def _english(kind: Kind, pattern: str, value: Value = None) -> Entry:
    return Entry(kind, re.compile(f"(?:{pattern}){NOT_A_WORD}"), value, inside=False)


# ---------------------------------------------------------------- verbs

_A = Action
_VERBS: tuple[Entry, ...] = (
    _entry(Kind.ACTION, r"사들여|사|삽시다|담아|담자|담|들어가|질러|주워\s?담아|주워|물타", _A.BUY),
    _entry(Kind.ACTION, r"(?:추가\s?(?:로\s?)?)?(?:매수|구매|구입)(?![가세량])|추매|물타기", _A.BUY, pure=False),
    _entry(Kind.ACTION, r"팔아치워|팔아버려|팔아|팝시다|팔|던져|던지|털어|닫아", _A.SELL),
    _entry(Kind.ACTION, r"매도(?![가세량])|처분|정리|청산|현금화", _A.SELL, pure=False),
    _entry(Kind.ACTION, r"멈춰|멈추|멈춥시다|쉬어|쉬|스톱|스탑|그만둬|그만두|그만", _A.PAUSE),
    _entry(Kind.ACTION, r"일시\s?(?:정지|중지)|중지|정지|중단|종료", _A.PAUSE, pure=False),
    _entry(
        Kind.ACTION,
        r"(?:신규\s?)?(?:매수|구매|진입)(?:를|은|는|만)?\s?(?:멈춰|멈추|중지|정지|중단|그만)|그만\s?(?:사|매수|담아)",
        _A.PAUSE,
    ),
    _entry(Kind.ACTION, r"켜", _A.RESUME),
    _entry(Kind.ACTION, r"재개|다시\s?(?:시작|가동)|계속", _A.RESUME, pure=False),
    _entry(Kind.ACTION, r"시작|가동", _A.START, pure=False),
    _entry(Kind.ACTION, r"취소|철회", _A.CANCEL, pure=False),
    _entry(Kind.ACTION, r"(?:긴급|비상)(?:\s?(?:청산|매도|정지|탈출))?|패닉(?:\s?(?:셀|매도))?", _A.PANIC),
    _entry(Kind.ACTION, r"바꿔|바꾸|맞춰|올려|내려|낮춰|높여|걸어", _A.SET),
    _entry(Kind.ACTION, r"변경|조정", _A.SET, pure=False),
    _entry(Kind.ACTION, r"추가|등록", _A.ADD, pure=False),
    _entry(Kind.ACTION, r"꺼|끄", _A.OFF),
    _entry(Kind.ACTION, r"없애|빼", _A.REMOVE),
    _entry(Kind.ACTION, r"제거|삭제|해제", _A.REMOVE, pure=False),
    _entry(Kind.ACTION, r"넣어|넣자|태워|태우자", _A.PUT),
    _english(Kind.ACTION, r"buy|purchase|grab", _A.BUY),
    _english(
        Kind.ACTION,
        r"sell|dump|liquidate|offload|unload|close(?! price)|exit|cash out|(?:get|take)(?: me)? out of",
        _A.SELL,
    ),
    _english(
        Kind.ACTION,
        r"pause|halt|stop|freeze|suspend|hold off|hold on|quit|take a break|(?<!the )(?<!my )rest",
        _A.PAUSE,
    ),
    _english(
        Kind.ACTION,
        r"(?:stop|pause|quit|halt|suspend|no more) (?:buying|buys|entries|new entries|trading|purchases)",
        _A.PAUSE,
    ),
    _english(Kind.ACTION, r"(?:turn|switch|shut)(?: (?:the )?(?:bot|it|everything|trading))? (?:off|down)", _A.OFF),
    _english(Kind.ACTION, r"(?:turn|switch)(?: (?:the )?(?:bot|it|everything|trading))?(?: back)? on", _A.RESUME),
    _english(Kind.ACTION, r"resume|continue|unpause|restart|carry on|start again", _A.RESUME),
    _english(Kind.ACTION, r"start|begin", _A.START),
    _english(Kind.ACTION, r"cancel", _A.CANCEL),
    _english(Kind.ACTION, r"panic|kill|emergency|bail out", _A.PANIC),
    _english(Kind.ACTION, r"set|change|adjust|raise|lower|increase|decrease", _A.SET),
    _english(Kind.ACTION, r"add|watch", _A.ADD),
    _english(Kind.ACTION, r"remove|delete|unwatch", _A.REMOVE),
    _english(Kind.NO_SALES, r"(?:stop|pause|quit|no more) (?:selling|sales|sells)"),
    _entry(Kind.NO_SALES, r"매도(?:를|은|는|만)?\s?(?:멈춰|멈추|중지|정지|중단|그만)|그만\s?(?:팔아|팔|매도)"),
)

_PLEASE = r"주세요|주십시오|주라|줘요|줘봐|줘라|줘|줄래요|줄래|라|자|요|둬|놔|봐|버려|세요"
ENDINGS: Final = re.compile(
    rf"(?:{_PLEASE}|고\s?싶[가-힣]*)(?=\s|$)"
    rf"|(?:를\s?|을\s?)?(?:해|하|합)\s?(?:{_PLEASE}|시다|고\s?싶[가-힣]*)?(?=\s|$)|부탁[가-힣]*(?=\s|$)"
)
"""Behind `사`, `팔아`, `매수`: asks for it."""
LINKS: Final = re.compile(r"(?:하고|고|해서|아서|서)(?:나서)?(?=\s|$)")
"""`팔고`: something else follows."""
ASIDES: Final = re.compile(r"(?:하)?(?:지(?:는|도)?(?:[마말않못][가-힣]*)?|면)(?=\s|$)")
"""`사지 마`, `팔면`: named, and not asked for."""
PARTICLES: Final = re.compile(
    r"이랑|하고|에서|으로|까지|부터|마다|정도|만큼|어치|이나|랑|과|와|나|을|를|은|는|이|가|도|만|에|로|의|좀|요|쯤|씩"
)

# ---------------------------------------------------------------- other words

_OTHERS: tuple[Entry, ...] = (
    _entry(Kind.WHY, r"왜[가-힣]*|이유[가-힣]*|어째서", inside=False),
    _english(Kind.WHY, r"why|how come|what for|reasons?"),
    _entry(Kind.PAST, r"(?:샀|팔았|팔렸|매수했|매도했|체결[됐되])[가-힣]*", inside=False),
    _english(Kind.PAST, r"did you|have you|has it|did it|bought|sold"),
    _entry(
        Kind.MUSING,
        r"[가-힣]{0,6}(?:살|팔|멈출|쉴|담을|들어갈|던질|할|될|볼|둘|줄)까[가-힣]*|[가-힣]{0,6}(?:사|아|어|해|춰)도\s?(?:돼|되|될|괜찮)[가-힣]*",
        inside=False,
    ),
    _english(
        Kind.MUSING,
        r"should i|should we|shall i|shall we|maybe|perhaps"
        r"|is it (?:time|good|smart|ok|okay|fine|safe|wise|possible|too late|a good (?:time|idea))(?: for me)? to",
    ),
    _entry(Kind.ALL_IN, r"올인|몰빵|풀\s?매수|풀\s?시드|전\s?재산|영끌", inside=True),
    _english(Kind.ALL_IN, r"all[ -]?in|yolo"),
    _entry(Kind.LOSS, r"(?:손절(?:가|선|률|매)?|스[톱탑]\s?로스)(?:\s?-(?=\d))?", pure=False),
    _english(Kind.LOSS, r"stop[ -]?loss(?:es)?|(?:my|the|a|hard|protective) stops?"),
    _entry(Kind.TRAIL, r"(?:추적|트레일링)(?:\s?(?:스[톱탑]|손절))?", pure=False),
    _english(Kind.TRAIL, r"(?:(?:my|the|a) )?trailing(?:[ -]stops?)?"),
    _entry(Kind.GAIN, r"익절(?:가|선)?|이익\s?실현", pure=False),
    _english(Kind.GAIN, r"take[ -]?profits?"),
    _entry(Kind.SIDE_ORDERS, r"(?:매수|매도|구매)\s?주문"),
    _english(Kind.SIDE_ORDERS, r"(?:buy|sell) orders?"),
    _entry(Kind.UNKNOWN, r"[\d일이삼사오육칠팔구십]{1,3}\s?분의\s?[\d일이삼사오육칠팔구십]{1,3}(?!원)만?"),
    _entry(Kind.QUIET, r"알림|알람|소리|메시지|푸시"),
    _english(Kind.QUIET, r"notifications?|alerts?|messages?|alarms?|sounds?"),
    _entry(Kind.UNTIL, r"까지", inside=False),
    _english(Kind.UNTIL, r"until|till|til"),
    _entry(Kind.AT, r"@|지정가(?:로|는)?|가격은", inside=False),
    _english(Kind.AT, r"at"),
    _entry(
        Kind.SHOW,
        r"(?:보여|알려|말해|확인|조회|체크|뭐|뭘|뭔|무슨|무엇|어때|어떠|어떤|어떻|얼마|몇|궁금|볼래|보자|띄워|있|방법)[가-힣]*",
        inside=False,
    ),
    _english(
        Kind.SHOW, r"show|tell|give|list|check|display|see|view|what|what's|whats|how|how's|hows|which|where|get|any"
    ),
    _english(
        Kind.SHOW,
        r"how (?:do|does|can|could|would|should|to)(?: i| you| we| it| the)?|what (?:does|do|is|are)(?: the)?",
    ),
    _entry(Kind.PERIOD, r"이번\s?주", "week"),
    _entry(Kind.PERIOD, r"이번\s?달", "month"),
    _entry(Kind.PERIOD, r"올해", "year"),
    _entry(Kind.PERIOD, r"어제|지난\s?주|지난\s?달|작년", ""),
    _english(Kind.PERIOD, r"this week|weekly", "week"),
    _english(Kind.PERIOD, r"this month|monthly", "month"),
    _english(Kind.PERIOD, r"this year", "year"),
    _english(Kind.PERIOD, r"yesterday|last week|last month|last year", ""),
    _entry(
        Kind.POLITE,
        r"(?:해\s?)?(?:주세요|주십시오|주라|줘요|줘|줄래요|줄래|봐요|봐)|해|하자|해요|하세요|부탁[가-힣]*",
        inside=False,
    ),
    _entry(
        Kind.FILLER,
        r"지금|당장|바로|빨리|얼른|어서|제발|좀|그냥|일단|이제|우선|야|봇아?|저기|혹시|내|나의|나|제|우리|내가|걍|그|이거|한\s?번|다시|또"
        r"|더|약|대략|한|정도|쯤|시장가로?|현재가로?|수량|물량|거|것|건|응|네|그래|오케이|잠깐만?|잠시만?|당분간|코인|매매|자동\s?매매|신규|진입"
        r"|안녕[가-힣]*|망했[가-힣]*|큰일[가-힣]*|젠장|헐|고마워|목록(?:에서|에)?|최근|지난|안|못",
        inside=False,
    ),
    _english(
        Kind.FILLER,
        r"at (?:the )?market(?: price)?|at once|please|pls|plz|my|mine|the|a|an|of|for|worth|in|into|some|now|right"
        r"|away|just|can|could|would|will|you|i|i'd|i'll|want|wanna|to|like|let's|lets|go|ahead|bot|hey|hi|hello|ok|okay|on|it|its"
        r"|it's|is|are|am|do|does|me|us|we|this|that|with|from|out|there|coins?|tokens?|immediately|market|quickly|trading|thanks"
        r"|thank|list|so|far|back|again|currently|have|past|last",
    ),
)

_DOING = r"(?:doing|going)"
_MADE = r"(?:make|made|earn|earned|lose|lost|gain|gained|up|down)"

NOUNS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "balance",
        r"돈|예수금|현금|원화|계좌|시드|보유\s?현금|총\s?자산",
        r"balances?|cash|money|funds|account|wallet",
    ),
    (
        "pnl",
        r"수익률|손익|이익|손실|성과|실적|벌었[가-힣]*|번\s?돈|잃었[가-힣]*|얼마나?\s?(?:벌|잃|번)[가-힣]*",
        rf"profits?|loss(?:es)?|returns?|performance|earnings|gains?|how much (?:did|have|has) (?:i|we|it|you) {_MADE}"
        r"|am i (?:up|down|winning|losing)",
    ),
    (
        "status",
        r"상황|근황|뭐\s?(?:해|하니|하고\s?있[가-힣]*|하는\s?중[가-힣]*)|요즘\s?어때",
        rf"state|how (?:am i|are we|are things|is it|is everything) {_DOING}|how's it {_DOING}|what are you doing",
    ),
    (
        "positions",
        r"보유\s?(?:코인|종목|중[가-힣]*|내역|현황|한)|(?:들고|갖고|가지고)\s?있[가-힣]*|가진\s?(?:코인|거|것)",
        r"positions?|holdings?|portfolio|what (?:do|did) (?:i|we) (?:have|hold|own)",
    ),
    ("orders", r"주문\s?(?:내역|목록|현황|상태)|미체결(?:\s?주문)?", r"orders?|open orders?"),
    ("trades", r"(?:거래|매매)\s?(?:내역|기록|일지)|끝난\s?거래", r"trades?|trade history"),
    ("chart", r"시세|가격|현재가", r"charts?|graph|prices?"),
    (
        "health",
        r"이상\s?(?:없|있)[가-힣]*|문제\s?(?:없|있)[가-힣]*|잘\s?(?:돌아가|되고|작동)[가-힣]*|살아\s?있[가-힣]*",
        r"are you (?:alive|ok|okay|well|there)",
    ),
    (
        "help",
        r"사용법|명령어|도와[가-힣]*|뭐\s?할\s?수\s?있[가-힣]*|어떻게\s?(?:써|쓰|사용)[가-힣]*",
        r"commands?|what can you do|help me",
    ),
    ("limits", r"제한", r"limits?"),
    ("settings", r"환경\s?설정", r"settings?|config(?:uration)?"),
    ("markets", r"감시\s?(?:목록|종목|마켓)|거래\s?(?:종목|마켓|코인)", r"markets|watchlist"),
    ("strategy", r"전략들?", r"strateg(?:y|ies)"),
)
"""Other names of what commands show: command, Korean, English."""


_DAY = r"(?:하루|일일|매일)\s?(?:최대\s?)?"
_CAP = r"\s?(?:한도|제한)"
_MOST = r"(?:max(?:imum)? )?"

LIMITS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "max_daily_loss_krw",
        rf"{_DAY}손실(?:\s?금액|액)?{_CAP}",
        rf"{_MOST}(?:daily )?loss limit(?: (?:per|a) day)?|(?:max(?:imum)? daily|daily max(?:imum)?) loss",
    ),
    (
        "max_daily_spend_krw",
        rf"{_DAY}(?:매수\s?금액|매수금|매수액|지출){_CAP}",
        rf"{_MOST}daily spend(?:ing)? limit|max(?:imum)? daily spend(?:ing)?",
    ),
    (
        "max_entries_per_day",
        rf"{_DAY}(?:매수|진입)\s?횟수{_CAP}",
        rf"{_MOST}daily entries(?: limit)?|{_MOST}entries (?:per|a) day",
    ),
    (
        "max_order_krw",
        rf"(?:1\s?회|한\s?번|회당|주문당)\s?(?:최대\s?)?(?:주문|매수)(?:\s?금액)?{_CAP}|주문(?:\s?금액)?{_CAP}|최대\s?주문\s?금액",
        rf"{_MOST}order limit|max(?:imum)? order(?: size)?",
    ),
    ("max_market_krw", rf"(?:마켓|종목|코인)(?:당|별){_CAP}", r"limit per (?:market|coin)|per-(?:market|coin) limit"),
    (
        "max_positions",
        rf"(?:최대\s?)?(?:포지션|종목|코인)\s?(?:수|개수){_CAP}|최대\s?(?:포지션|종목)\s?수",
        r"max(?:imum)? positions|positions? limit",
    ),
    ("max_exposure", rf"투자\s?비중(?:{_CAP})?|비중{_CAP}", r"max(?:imum)? exposure|exposure limit"),
)
"""What limits are called: setting, Korean, English."""
RELATIVE: Final = frozenset({"올려", "내려", "낮춰", "높여", "raise", "lower", "increase", "decrease"})
"""By how much or to what? Only `로` or `to` says it."""


def _limits() -> list[Entry]:
    korean = [_entry(Kind.LIMIT, pattern, key) for key, pattern, _ in LIMITS]
    return korean + [_english(Kind.LIMIT, pattern, key) for key, _, pattern in LIMITS]


def nouns(registry: Registry) -> list[Entry]:
    """Those above, and the names and aliases of every command that shows something when it is called alone."""
    found: list[Entry] = []
    known = {name for name, _, _ in NOUNS}
    shown = {
        c.name: c
        for c in registry.all()
        if (c.change is None or c.name in known) and not any(p.required for p in c.parameters)
    }
    for command in shown.values():
        for word in (command.name, *command.aliases):
            if command.name == "why" or len(word) < 2:
                continue
            make = _english if word.isascii() else _entry
            found.append(make(Kind.NOUN, re.escape(word), command.name))
    for name, korean, english in NOUNS:
        if name in shown:
            found += [_entry(Kind.NOUN, korean, name), _english(Kind.NOUN, english, name)]
    return found


def entries(registry: Registry) -> tuple[Entry, ...]:
    return (*_VERBS, *_OTHERS, *_limits(), *nouns(registry))


def is_filler(word: str) -> bool:
    """Says nothing by itself (`my`, `please`, `좀`)."""
    return any(e.kind in (Kind.FILLER, Kind.POLITE) and e.pattern.fullmatch(word) for e in _OTHERS)


# ---------------------------------------------------------------- what spoils a command


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))


NEGATIONS: Final = _any(
    (
        r"(?<!까)지\s?(?:는\s|도\s)?(?:마(?![가-힣])|마[라요세시]|말|않|못)",
        r"(?:^|\s)(?:안|못)\s?(?:사|팔|샀|산|살|파|판|멈|쉬|쉴|매수|매도|취소|재개|시작|하|해|할|했|되|돼|들어가|담|던|정리|바꿔)",
        r"(?:면|서는)\s?(?:안|절대)\s?(?:돼|되|된|됩)",
        r"금지|말고|말아|말자|마라|하지마|절대|싫어|싫다|아니(?!면)|아냐|아뇨|빼고|제외하고|제외한|관둬",
        r"(?<![a-z])(?:don'?t|do not|never|not|no(?! more )|cannot|can'?t|won'?t|without|except|but|instead"
        r"|nothing|none|neither|nor|isn'?t|aren'?t|didn'?t|doesn'?t|shouldn'?t|wouldn'?t|avoid|refrain|unless|ignore)(?![a-z])",
    )
)
EXCEPTIONS: Final = re.compile(
    r"(?<!지)(?<!지\s)말고|빼고|제외하고|제외한|(?<![a-z])(?:except|but|instead|without)(?![a-z])"
)
"""Something is left out: the rest would have to be guessed."""
LEFT_OVER: Final = re.compile(
    r"남기고|남겨|남겨두고|놔\s?두고|냅\s?두고|놔둔|제외|(?:^|\s)외에|이외|아닌|나머지"
    r"|(?<![a-z])(?:keep|leave|leaving|else|others?|rest of|the rest|remaining|remainder)(?![a-z])"
)
"""The same, of a sale or a cancellation: what stays has a share of the sentence."""

CONDITIONS: Final = _any(
    (
        r"(?<!아니)(?<!그러)(?<!이러)(?<!하지만)[가-힣]면(?=\s|$)",
        r"[가-힣]거든(?=\s|$)",
        r"[가-힣]*때(?:에|마다)?(?=\s|$)|(?:이상|이하|초과|미만)(?:에|에서)?(?=\s|$)|경우(?:에|엔)?(?=\s|$)",
        r"순간(?:에)?(?=\s|$)|자마자|고\s?나서",
        r"(?:도달|돌파|터치|이탈|하락|상승|급락|급등|발생|[을를할될])\s?시(?:에)?(?=\s|$)",
        r"(?<![a-z])(?:if|when|once|whenever|until it|below|above|reaches|drops?|falls?|rises?|hits|after"
        r"|as soon as|the moment|in case|as long as|provided|while"
        r"|or (?:higher|lower|more|less|better|above|below))(?![a-z])",
    )
)
REPEATS: Final = _any(
    (
        r"매일|매주|매달|매월|매시간|매\s?분|마다|씩(?=\s|$)",
        r"(?<![a-z])(?:every|daily|weekly|monthly|hourly|each)(?![a-z])",
    )
)
LATER: Final = _any(
    (
        r"나중|이따|(?:^|\s)(?:좀|조금|잠시)\s?(?:있다|뒤|후)|[월화수목금토일]요일|주말|다음\s?(?:주|달|번)|오늘\s?밤|(?:^|\s)밤에",
        r"(?:^|\s)(?:새벽|아침|저녁)에?(?=\s|$)|예약|예정|마감",
        r"(?<![a-z])(?:later|tonight|soon|eventually|(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekend"
        r"|next (?:week|month|time)|(?:this|in the) (?:morning|afternoon|evening))(?![a-z])",
    )
)
"""Not now."""
HOW: Final = re.compile(
    r"어떻[가-힣]*|방법[가-힣]*|how (?:do|does|can|could|would|should|to).*|what (?:does|do|is|are).*"
)
"""Right before a verb these ask about it."""
HOW_BEHIND: Final = re.compile(r"어떻[가-힣]*|방법[가-힣]*|뭐(?:야|예요|에요|지|죠|냐)")
"""Right behind the noun of one as well."""
