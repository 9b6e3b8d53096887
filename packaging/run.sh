#!/bin/sh
# Opens the application; with no screen, makes the example notebook and its PDF by the command line and says where.
set -eu

cd "$(dirname "$0")/.."
root=$(pwd -P)
. packaging/screen.sh

python=.venv/bin/python
folder=exemple
notebook=$folder/exemple.carnet
document=$folder/projet-de-quartier.pdf

if has_screen; then
    exec "$python" -m app
fi

echo "Pas d’écran ici : voici un carnet d’exemple (Roubaix, quartier Est) et son PDF « Projet de quartier »."
mkdir -p "$folder"
if [ -e "$notebook" ]; then
    # It may have been worked on: it is kept.
    echo "Le carnet d’exemple existe déjà : il est gardé, seul le PDF est refait."
else
    "$python" -m app nouveau "$notebook" --quartier Est --exemple
fi
"$python" -m app rapport projet-de-quartier --carnet "$notebook" --sortie "$document" || {
    status=$?
    echo "Pour repartir d’un exemple neuf, supprimez le dossier $root/$folder et relancez « make run »." >&2
    exit $status
}

cat <<END

  Carnet d’exemple : $root/$notebook
  PDF              : $root/$document

Pour l’explorer, par exemple :
  .venv/bin/carnet lister action --carnet $notebook
  .venv/bin/carnet chercher energie --carnet $notebook
END
