#!/bin/sh
# Prepares what the application needs on this machine, and nothing twice.
#
#   sh packaging/setup.sh run     what the application needs
#   sh packaging/setup.sh test    the same, and what the checks need
#
# System packages are installed when one is root and apt-get exists; otherwise the exact line to type is printed.
# Python's packages go to .venv, which is made again when it is broken or when its making was interrupted.
# PYTHON=/path/to/python3 chooses the interpreter.
set -eu

level=${1:?run ou test}
cd "$(dirname "$0")/.."
root=$(pwd -P)
. packaging/screen.sh

venv=.venv
venv_python=$venv/bin/python
stamp=$venv/.ready-for-$level
# Holds the process id of the set-up at work; found without that process, it tells of an interrupted one.
at_work=$venv/.being-prepared

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "$@"
    exit 1
}

main() {
    if is_ready; then
        return
    fi
    wait_for_no_other
    find_python
    prepare_system
    prepare_venv
    say "Tout est prêt."
}

# -- is there anything to do? ------------------------------------------------------------------------------------

# A changed pyproject.toml, or a checkout that has been moved, asks for a new installation.
state() {
    printf '%s %s\n' "$(cksum <pyproject.toml)" "$root"
}

is_ready() {
    [ -f "$stamp" ] && [ ! -f "$at_work" ] && [ "$(cat "$stamp")" = "$(state)" ] || return 1
    lacking=$("$venv_python" packaging/missing.py packages "$level" 2>/dev/null) && [ -z "$lacking" ] || return 1
    [ -z "$(required_libraries "$venv_python")" ]
}

wait_for_no_other() {
    [ -f "$at_work" ] || return 0
    other=$(cat "$at_work")
    if [ -n "$other" ] && grep -qs setup.sh "/proc/$other/cmdline"; then
        stop "Une autre préparation est en cours (processus $other). Attendez qu’elle finisse, puis relancez."
    fi
}

# -- Python --------------------------------------------------------------------------------------------------------

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

can_make_venv() {
    "$1" -c 'import ensurepip, venv, ctypes' >/dev/null 2>&1
}

# Sets `python` to the best interpreter there is, to nothing when none is recent enough. A pyenv or another Python may come
# first on the PATH and lack what Debian's own has, or the reverse: each is tried.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_recent "$PYTHON" || stop "PYTHON=$PYTHON n’est pas un Python 3.11 ou plus récent."
        python=$PYTHON
        return
    fi
    python=
    for candidate in python3 /usr/bin/python3 python3.11 python3.12 python3.13 python3.14 python; do
        is_recent "$candidate" || continue
        if can_make_venv "$candidate"; then
            python=$candidate
            return
        fi
        python=${python:-$candidate}
    done
}

# -- the system ----------------------------------------------------------------------------------------------------

# Debian packages without which there is no going further. Without a screen « run » makes its example without Qt.
required_libraries() {
    if [ "$level" = test ] || has_screen; then
        "$1" packaging/missing.py system "$level"
    fi
}

missing_packages() {
    if [ -z "$python" ]; then
        echo python3 python3-venv
        return
    fi
    if ! can_make_venv "$python"; then
        echo python3-venv
    fi
    "$python" packaging/missing.py system "$level"
}

prepare_system() {
    missing=$(missing_packages | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        install_packages
        return
    fi
    if [ -z "$python" ]; then
        explain_missing
        stop "Carnet de quartier demande Python 3.11 ou plus récent, introuvable ici."
    fi
    if can_make_venv "$python" && [ -z "$(required_libraries "$python")" ]; then
        say "Sans écran, l’exemple se passe de ces bibliothèques ; la fenêtre les demandera."
        explain_missing
        return
    fi
    explain_missing
    exit 1
}

install_packages() {
    say "Installation des paquets du système : $missing"
    export DEBIAN_FRONTEND=noninteractive
    output=$(mktemp)
    # Out-of-date lists may do: the installation tells.
    apt-get update -qq >"$output" 2>&1 || say "La liste des paquets n’a pas pu être mise à jour."
    while :; do
        # shellcheck disable=SC2086 # one word a package
        if ! apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 $missing >>"$output" 2>&1; then
            cat "$output" >&2
            rm -f "$output"
            stop "L’installation de ces paquets a échoué (voir ci-dessus) : $missing."
        fi
        find_python
        [ -n "$python" ] || stop "Le Python de ce système est trop ancien : il faut Python 3.11 ou plus récent (Debian 12, Ubuntu 24.04)."
        # With Python just installed, its libraries can be looked for at last.
        before=$missing
        missing=$(missing_packages | tr '\n' ' ')
        missing=${missing% }
        [ -n "$missing" ] || break
        [ "$missing" != "$before" ] || stop "Toujours absent après l’installation : $missing."
    done
    rm -f "$output"
}

explain_missing() {
    say "Il manque à ce système : $missing"
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Installez l’équivalent de ces paquets de Debian, puis relancez « make $level »."
    elif command -v sudo >/dev/null 2>&1; then
        say "Tapez cette ligne, puis relancez « make $level » :" "" \
            "    sudo apt-get update && sudo apt-get install -y $missing" ""
    else
        say "Tapez cette ligne, puis relancez « make $level » :" "" \
            "    su -c 'apt-get update && apt-get install -y $missing'" ""
    fi
}

# -- Python's packages -------------------------------------------------------------------------------------------

is_sound() {
    [ ! -f "$at_work" ] && is_recent "$venv_python" && "$venv_python" -m pip --version >/dev/null 2>&1
}

prepare_venv() {
    if [ -e "$venv" ] && ! is_sound; then
        say "L’environnement $venv est incomplet : il est refait."
        rm -rf "$venv"
    fi
    mkdir -p "$venv"
    echo $$ >"$at_work"
    rm -f "$venv"/.ready-for-*
    if [ ! -x "$venv_python" ]; then
        say "Création de l’environnement $venv ($("$python" -V 2>&1))…"
        "$python" -m venv "$venv" || stop "L’environnement $venv n’a pas pu être créé."
    fi
    install_python_packages
    state >"$stamp"
    [ "$level" != test ] || state >"$venv/.ready-for-run"
    rm -f "$at_work"
}

install_python_packages() {
    say "Installation des paquets Python (quelques minutes la première fois)…"
    wanted=.
    [ "$level" != test ] || wanted='.[dev]'
    # On a terminal pip shows its progress: PySide6 is a long download.
    quiet=--quiet
    [ ! -t 2 ] || quiet=
    # shellcheck disable=SC2086 # no word at all when on a terminal
    "$venv_python" -m pip install --disable-pip-version-check $quiet --editable "$wanted" >&2 && return
    # pip gave up by itself, so what was installed is whole: the next call goes on from there.
    rm -f "$at_work"
    stop "Les paquets Python n’ont pas pu être installés (voir ci-dessus). Vérifiez la connexion, puis relancez « make $level »."
}

main
