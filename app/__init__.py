"""Carnet de quartier: the notebook of those who carry a contrat de ville, quartier by quartier."""

__version__ = "0.1.0"
