"""`make screens` draws what it says: a picture for each scene, palette and size."""

import pytest

from app.ui import screens
from app.ui.screen_scenes import SCENES


def test_each_scene_has_its_pictures(tmp_path, qapp, capsys):
    assert screens.main([str(tmp_path), "plan-nothing", "exchanges-columns", "settings"]) == 0

    names = {path.name for path in tmp_path.glob("*.png")}
    assert names == {
        f"{scene}-{mode}-{width}.png"
        for scene in ("plan-nothing", "exchanges-columns", "settings")
        for mode in ("light", "dark")
        for width, _ in screens.SIZES
    }
    assert all(path.stat().st_size > 5_000 for path in tmp_path.glob("*.png"))


def test_two_scenes_that_show_the_same_are_told(tmp_path, qapp, capsys, monkeypatch):
    monkeypatch.setitem(SCENES, "plan-nothing-else", SCENES["plan-nothing"])

    assert screens.main([str(tmp_path), "plan-nothing"]) == 1

    assert "plan-nothing et plan-nothing-else sont la même image" in capsys.readouterr().out


@pytest.mark.parametrize("page", ["home", "plan", "partners", "indicators", "reports", "exchanges"])
def test_every_page_has_a_scene(page):
    assert page in SCENES
