from extractor.writing.cards import all_cards, cards_of, marks_of


def test_every_record_has_one_card_numbered_as_shown(pair):
    cards = list(all_cards(cards_of(pair.extraction, "a0")))
    assert sorted(card.record.id for card in cards) == sorted(record.id for record in pair.extraction.records)
    assert [card.number for card in cards] == list(range(1, len(cards) + 1))
    assert len({card.key for card in cards}) == len(cards)


def test_attendees_are_inside_their_meeting_or_in_a_group_of_their_own(pairs):
    groups = cards_of(pairs["hungarian"].extraction, "a0")
    meetings, strays, *_ = groups
    assert [inner.title for inner in meetings.cards[0].inner] == [
        "Ilona Kerekes",
        "Juan Soto",
        "Péter Somogyi",
    ]
    assert (strays.heading, len(strays.cards)) == ("Attendees of no recorded meeting", 1)


def test_an_instrument_leads_to_its_meeting(pairs):
    groups = cards_of(pairs["arabic"].extraction, "a0")
    [mou] = next(group for group in groups if group.name == "mou").cards
    [link] = [fact for fact in mou.facts if fact.value.field == "meeting"]
    assert (link.link, link.value.text) == (groups[0].cards[0].key, "Talks: Jordan – Kenya")


def test_marks_are_the_words_of_the_record(pairs):
    pair = pairs["korean"]
    for card in all_cards(cards_of(pair.extraction, "a0")):
        shown = {mark.span.of(pair.text) for mark in marks_of(card, pair.text) if mark.key == card.key}
        assert shown == {one.quote for one in card.record.evidence}


def test_words_that_are_not_where_the_record_says_are_not_marked(pairs):
    pair = pairs["korean"]
    shifted = "x" + pair.text
    assert not [
        mark for card in all_cards(cards_of(pair.extraction, "a0")) for mark in marks_of(card, shifted)
    ]
