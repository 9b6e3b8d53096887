"""One module per page: explicit selects that return tuples or frozen dataclasses."""
