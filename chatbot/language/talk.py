"""What is said beside commands, as a whole message: yes, no, a greeting, which language to speak.  Pure.

A bare yes approves nothing: it may be meant for another proposal than the one that waits."""

from __future__ import annotations

import re
from typing import Final

from chatbot.language.meaning import Ask, Meaning, Run

_SO = r"(?:해\s?(?:줘|주세요)?|할게요?|하자)"
_YES: Final = re.compile(
    rf"네|예|응|웅|어|그래|좋아요?|오케이|오키|콜|고고|승인{_SO}"
    r"|(?:yes|yep|yeah|sure|ok|okay|do it|approve it)(?: please)?"
)
_NO: Final = re.compile(rf"아니(?:요|오|야)?|노|거절{_SO}|됐어|(?:no|nope|nah)(?: thanks| thank you)?|reject it")
_HELLO: Final = re.compile(
    r"안녕[가-힣]*|고마워요?|고맙[가-힣]*|감사[가-힣]*|수고[가-힣]*"
    r"|(?:hi|hello|hey|thanks|thank you|thx)(?: bot| there)?"
)
_SPEAK: Final = {
    "en": re.compile(r"영어로?\s?(?:바꿔|변경|말|답|해)?[가-힣]*|(?:(?:speak|switch to|in|use) )?english(?: please)?"),
    "ko": re.compile(
        r"(?:한국어|한글)로?\s?(?:바꿔|변경|말|답|해)?[가-힣]*|(?:(?:speak|switch to|in|use) )?korean(?: please)?"
    ),
}


def small_talk(text: str) -> Meaning | None:
    """`text` cleaned."""
    if _YES.fullmatch(text):
        return Ask("say-yes", choices=("/approve",))
    if _NO.fullmatch(text):
        return Ask("say-no", choices=("/reject",))
    if _HELLO.fullmatch(text):
        return Ask("say-hello", choices=("/status", "/help"))
    spoken = next((language for language, said in _SPEAK.items() if said.fullmatch(text)), None)
    return Run(f"/language {spoken}") if spoken else None
