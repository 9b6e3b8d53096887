"""Tables: columns say what a cell is, models list rows lazily, one delegate paints every kind of cell."""
