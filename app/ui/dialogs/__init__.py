"""Dialogs and full-window screens: first start, opening, settings, help."""
