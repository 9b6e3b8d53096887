# Sourced by setup.sh and run.sh.

# Is there a screen to open a window on? Qt aborts (code 134) when there is none, so this is asked first.
has_screen() {
    [ "$(uname -s)" = Linux ] || return 0
    [ -n "${QT_QPA_PLATFORM:-}${WAYLAND_DISPLAY:-}${DISPLAY:-}" ]
}
