"""How far the properties that pass through real files go: a few examples each time, many in the long suite."""

from hypothesis import HealthCheck, settings

#: True in the long suite (`make faults`), which asks for the profile « deep ».
DEEP = settings.get_current_profile_name() == "deep"


def few(examples: int) -> settings:
    """`examples` of a property that writes and reads workbooks; two hundred in the long suite."""
    return settings(
        max_examples=200 if DEEP else examples,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        deadline=None,
    )
