"""What every screen is given: the theme, the notebook, the bus, the jobs, the navigator, the preferences, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.ui.bus import Bus
from app.ui.jobs import Jobs
from app.ui.navigation import Navigator
from app.ui.preferences import Preferences
from app.ui.theme import Theme


@dataclass
class Context:
    """Collaborators of the screens; a test builds one in six lines. `clock()` is now, in local time.

    `store` is the open notebook (None in a gallery of widgets); `quarter` the id of the quartier that pages and reports
    start from, "" for all. `drafts` keeps what is being typed (None: nothing is kept).
    """

    theme: Theme
    preferences: Preferences
    clock: Callable[[], datetime]
    store: Any = None
    quarter: str = ""
    drafts: Any = None
    bus: Bus = field(default_factory=Bus)
    jobs: Jobs = field(default_factory=Jobs)
    navigator: Navigator = field(default_factory=Navigator)
