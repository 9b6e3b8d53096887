"""What exists: the words of the trade, each entity and each field declared once."""
