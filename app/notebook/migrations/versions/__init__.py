"""One file a revision, `NNNN_what.py`; its number is the `user_version` it leads to."""
