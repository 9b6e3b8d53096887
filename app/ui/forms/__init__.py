"""Forms: one editor for each kind of field, and the form that gathers them."""
