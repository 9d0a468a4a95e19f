"""What a person may ask of the trader, from any front end. Values in, values out; wording is the chat's.

Every method takes the person as `by` (`telegram:123`, `slack:U1`, `console`) where it changes something. Front ends
know the one `Desk`; its methods stand by kind in the modules beside this one."""

from trader.desk.adjusting import Adjusting
from trader.desk.advising import Advising
from trader.desk.alerting import Alerting
from trader.desk.control import Control
from trader.desk.past import Past
from trader.desk.tools import Tools
from trader.desk.trading import Trading


class Desk(Trading, Past, Control, Adjusting, Advising, Alerting):
    """All a person may ask."""


__all__ = ["Desk", "Tools"]
