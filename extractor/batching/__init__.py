"""Many articles to one output: nothing lost, nothing paid twice, whatever ends the run in between."""
