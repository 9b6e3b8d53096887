"""Revisions of the schema, in `versions/`: each adds tables and columns; data follow from the log."""
