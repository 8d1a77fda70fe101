"""The eval harness: gold data, scorer, gates and reports; it imports extractor, never the reverse."""
