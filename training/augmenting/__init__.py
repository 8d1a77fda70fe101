"""Labelled articles to more of them, whose labels are true by construction, and checked all the same.

`editing` changes a text and its labels together; each other module knows one kind of change; `making`
puts changes together, seeded, and holds every result to what gold is held to.
"""
