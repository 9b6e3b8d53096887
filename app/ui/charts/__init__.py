"""Small charts painted with QPainter from plain numbers: cards, rows and panels.

The large charts, those one looks at, come from `reports.charts` and are the same on paper.
"""
