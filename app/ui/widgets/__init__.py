"""The parts that pages are composed of; each shows and asks, none queries or decides."""
