"""What every test stands on: folders of its own, and how far the generated tests go."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

# Tests need no screen, wherever they are started from: without one Qt would abort.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("ci", max_examples=60, stateful_step_count=25, **_PATIENT)
settings.register_profile("deep", max_examples=3000, stateful_step_count=60, **_PATIENT)
# Whether a test fails, not how small its example can be made.
settings.register_profile("judge", max_examples=60, phases=[Phase.explicit, Phase.generate], **_PATIENT)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def carnet_home(tmp_path_factory, monkeypatch):
    """The person's folders, in a temporary place: no test reads or writes the real ones."""
    home = tmp_path_factory.mktemp("carnet-home")
    monkeypatch.setenv("CARNET_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def no_made_up_table_stays():
    """A test that declares an entity of its own leaves no table behind: the others would take it for a real one."""
    # By the registry: the real entities are all declared before one looks for those that are not.
    from app.models.registry import metadata

    known = set(metadata.tables)
    yield
    for name in set(metadata.tables) - known:
        metadata.remove(metadata.tables[name])
