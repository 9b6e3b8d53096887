#!/bin/sh
# Prepares what the application needs on this machine, and nothing twice.
#
#   sh packaging/setup.sh run     what the application needs
#   sh packaging/setup.sh test    the same, and what the checks need
#   sh packaging/setup.sh test-libreoffice    the same, and LibreOffice
#
# System packages are installed when one is root and apt-get exists; otherwise the exact line to type is printed.
# Python's packages go to .venv, which is made again when it is broken or when its making was interrupted.
# PYTHON=/path/to/python3 chooses the interpreter.
set -eu

asked=${1:?run, test ou test-libreoffice}
level=${asked%-libreoffice}
cd "$(dirname "$0")/.."
root=$(pwd -P)
. packaging/screen.sh

# Debian package = library by which its presence is known. These are enough for Qt's « offscreen » platform…
qt_libraries='libegl1=libEGL.so.1 libgl1=libGL.so.1 libglib2.0-0=libgthread-2.0.so.0 libdbus-1-3=libdbus-1.so.3
    libfontconfig1=libfontconfig.so.1 libxkbcommon0=libxkbcommon.so.0'
# … and these are for a real X window.
window_libraries='libxcb-cursor0=libxcb-cursor.so.0 libxcb-icccm4=libxcb-icccm.so.4
    libxcb-keysyms1=libxcb-keysyms.so.1 libxcb-shape0=libxcb-shape.so.0 libxkbcommon-x11-0=libxkbcommon-x11.so.0'

venv=.venv
venv_python=$venv/bin/python
stamp=$venv/.ready-for-$level
# Holds the process id of the set-up at work; found without that process, it tells of an interrupted one.
at_work=$venv/.being-prepared

say() { printf '%s\n' "$@" >&2; }

stop() {
    say "$@"
    exit 1
}

main() {
    if venv_is_ready && system_is_ready; then
        return
    fi
    refuse_two_at_once
    find_python
    prepare_system
    venv_is_ready || prepare_venv
    say "Tout est prêt."
}

# -- is there anything to do? ------------------------------------------------------------------------------------

# A changed pyproject.toml, or a checkout that has been moved, asks for a new installation.
state() {
    printf '%s %s\n' "$(cksum <pyproject.toml)" "$root"
}

venv_is_ready() {
    [ -f "$stamp" ] && [ ! -f "$at_work" ] && [ "$(cat "$stamp")" = "$(state)" ] || return 1
    absent=$("$venv_python" packaging/missing.py packages "$level" 2>/dev/null) && [ -z "$absent" ]
}

system_is_ready() {
    python=$venv_python
    [ -z "$(indispensable_packages)" ]
}

refuse_two_at_once() {
    [ -f "$at_work" ] || return 0
    other=$(cat "$at_work")
    if [ -n "$other" ] && grep -qs setup.sh "/proc/$other/cmdline"; then
        stop "Une autre préparation est en cours (processus $other). Attendez qu’elle finisse, puis relancez."
    fi
}

# -- Python ------------------------------------------------------------------------------------------------------

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

can_make_venv() {
    "$1" -c 'import ctypes, ensurepip, sqlite3, venv' >/dev/null 2>&1
}

# Sets `python` to the best interpreter there is, to nothing when none is recent enough. A pyenv or another Python may
# come first on the PATH and lack what Debian's own has, or the reverse: each is tried.
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

# -- the system --------------------------------------------------------------------------------------------------

# The functions below print names of Debian packages, on one line or several.

missing_packages() {
    if [ -z "$python" ]; then
        echo python3
    fi
    if [ -z "$python" ] || ! can_make_venv "$python"; then
        echo python3-venv
    fi
    missing_libraries
    missing_commands
}

# Those without which there is no going further: with no screen, « run » makes its example without Qt.
indispensable_packages() {
    if [ "$level" = test ] || has_screen; then
        missing_libraries
        missing_commands
    fi
}

missing_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    libraries=$qt_libraries
    [ "$level" = test ] || libraries="$qt_libraries $window_libraries"
    # shellcheck disable=SC2086 # one word a library
    if [ -n "$python" ]; then
        "$python" packaging/missing.py libraries $libraries
    else
        # Nothing to look with: apt-get passes over those that are there.
        printf '%s\n' $libraries | cut -d= -f1
    fi
}

# The tests read the printed documents back.
missing_commands() {
    [ "$level" = test ] || return 0
    if [ "$asked" = test-libreoffice ] && ! command -v soffice >/dev/null; then
        echo libreoffice-calc
    fi
    for command in pdftotext pdfinfo pdftoppm; do
        command -v "$command" >/dev/null || { echo poppler-utils && return; }
    done
}

prepare_system() {
    missing=$(missing_packages | paste -s -d ' ' -)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        install_packages
    elif [ -n "$python" ] && can_make_venv "$python" && [ -z "$(indispensable_packages)" ]; then
        say "Sans écran, l’exemple se passe des bibliothèques de la fenêtre. Pour l’ouvrir un jour sur cet ordinateur :"
        say_what_to_type
    else
        [ -n "$python" ] || say "Carnet de quartier demande Python 3.11 ou plus récent : aucun n’a été trouvé."
        say "Il manque à ce système : $missing."
        say_what_to_type
        stop "Puis relancez « make $asked »."
    fi
}

install_packages() {
    say "Installation des paquets du système : $missing"
    export DEBIAN_FRONTEND=noninteractive
    output=$(mktemp)
    # Old lists may do: the installation tells.
    apt-get update -qq >"$output" 2>&1 || say "La liste des paquets n’a pas pu être mise à jour."
    # shellcheck disable=SC2086 # one word a package
    if ! apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 $missing >>"$output" 2>&1; then
        cat "$output" >&2
        rm -f "$output"
        stop "L’installation de ces paquets a échoué (voir ci-dessus) : $missing."
    fi
    rm -f "$output"
    find_python
    [ -n "$python" ] || stop "Le Python de ce système est trop ancien : il faut Python 3.11 ou plus récent (Debian 12)."
    missing=$(missing_packages | paste -s -d ' ' -)
    [ -z "$missing" ] || stop "Toujours absent après l’installation : $missing."
}

say_what_to_type() {
    line="apt-get update && apt-get install -y $missing"
    if ! command -v apt-get >/dev/null; then
        say "Installez l’équivalent de ces paquets de Debian : $missing."
    elif command -v sudo >/dev/null; then
        say "Tapez cette ligne :" "" "    sudo sh -c '$line'" ""
    else
        say "Tapez cette ligne :" "" "    su -c '$line'" ""
    fi
}

# -- Python's packages -------------------------------------------------------------------------------------------

# The commands of an environment that was moved still name its old place.
is_sound() {
    [ ! -f "$at_work" ] && grep -qsF "$root/$venv" "$venv/pyvenv.cfg" && is_recent "$venv_python" &&
        "$venv_python" -m pip --version >/dev/null 2>&1
}

prepare_venv() {
    if [ -e "$venv" ] && ! is_sound; then
        say "L’environnement $venv est incomplet ou a été déplacé : il est refait."
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
    # The first start is then as quick as those that follow, also where Python may not write beside the program.
    "$venv_python" -m compileall -q app || true
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
    stop "Les paquets Python n’ont pas pu être installés (voir ci-dessus)." \
        "Vérifiez la connexion, puis relancez « make $asked »."
}

main
