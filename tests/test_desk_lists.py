"""People and names at the desk: forms that write the same files, comments and all."""

from __future__ import annotations

import re

from newsletter.actions.app import App
from newsletter.actions.edit_people import suggest_id
from tests import listed
from tests.desking import Desking, desk_of
from tests.listed import NAMES, PEOPLE, edited, lines_changed, text_of
from tests.living import Clock

desk = listed.desk

CARD = {"name": "Lin Yue", "role": "senior fellow", "institute": "Harbour Institute for Trade"}
CARD |= {"parent": "University of the Strait", "city": "Ningbo"}


# People


def test_somebody_is_added_with_an_id_made_of_the_name(desk: Desking) -> None:
    """The card stands at the end of people.yaml, every other byte stays, and the list says what the id is."""
    mei, before = desk.signed_in("mei"), text_of(desk, PEOPLE)
    answer = mei.send(mei.get("/people"), "/people", {"name": "Zoë  O’Hara", "role": "captain: retired"})
    assert "Zoë O’Hara was added as “zoe-ohara”." in mei.follow(answer).text
    added = '\n- id: zoe-ohara\n  name: "Zoë O’Hara"\n  role: "captain: retired"\n'
    assert text_of(desk, PEOPLE).replace("name: Zoë O’Hara", 'name: "Zoë O’Hara"') == before + added


def test_ids_are_made_of_the_letters_of_a_name() -> None:
    """Accents go, what is taken gets a number, and a name without Latin letters still gets one."""
    assert suggest_id("Jörg Strauß-Ng", set()) == "jorg-strauss-ng"
    assert suggest_id("Lin Yue", {"lin-yue", "lin-yue-2"}) == "lin-yue-3"
    assert suggest_id("陈爱玲", {"person"}) == "person-2"


def test_a_card_is_changed_where_it_stands(desk: Desking) -> None:
    """Only the lines of the fields that were changed are others; the form is left with what was done."""
    mei, before = desk.signed_in("mei"), text_of(desk, PEOPLE)
    card = mei.get("/people/lin-yue")
    fields = {**CARD, "city": "", "role": "dean", "base": card.hidden("base")}
    answer = mei.send(card, "/people/lin-yue", fields)
    assert "Lin Yue was saved." in mei.follow(answer).text
    gone, came = lines_changed(before, text_of(desk, PEOPLE))
    assert (gone, came) == (["  role: senior fellow", "  city: Ningbo"], ["  role: dean"])


def test_mistakes_stand_beside_their_field_and_what_was_typed_stays(desk: Desking) -> None:
    """Nothing is written; the words are those of the file's own check, without the name of the key."""
    mei, before = desk.signed_in("mei"), text_of(desk, PEOPLE)
    answer = mei.send(mei.get("/people"), "/people", {"name": "", "id": "Lin Yue", "city": "Kyoto \x07"})
    assert answer.status == 422
    assert re.search(r'id="e-name">This is needed\.', answer.text)
    assert re.search(r'id="e-id">.{1,10}Lin Yue.{1,10} is not a name of this kind; use small letters', answer.text)
    assert re.search(r'id="e-city">It holds the character U\+0007', answer.text)
    assert 'value="Lin Yue"' in answer.text
    taken = mei.send(mei.get("/people"), "/people", {"name": "Another", "id": "lin-yue"})
    assert (taken.status, "There is an entry" in taken.text) == (422, True)
    assert text_of(desk, PEOPLE) == before


def test_a_stale_form_is_refused_and_both_texts_are_shown(desk: Desking) -> None:
    """What was typed stays in the fields, the newer lines stand beside, and saving once more is one's own will."""
    mei = desk.signed_in("mei")
    card = mei.get("/people/lin-yue")
    edited(desk, PEOPLE, "role: senior fellow", "role: dean # since May")
    fields = {**CARD, "role": "director", "base": card.hidden("base")}
    refused = mei.send(card, "/people/lin-yue", fields)
    assert refused.status == 422
    assert "nothing was saved" in refused.text
    assert 'value="director"' in refused.text
    assert "role: dean # since May" in refused.text
    assert "role: dean # since May" in text_of(desk, PEOPLE)
    saved = mei.send(refused, "/people/lin-yue", {**fields, "base": refused.hidden("base")})
    assert saved.status == 303
    assert "role: director # since May" in text_of(desk, PEOPLE)


def test_another_card_that_changed_hinders_nobody(desk: Desking) -> None:
    """Two people who change two cards at once both save."""
    mei = desk.signed_in("mei")
    card = mei.get("/people/lin-yue")
    edited(desk, PEOPLE, "role: director", "role: head")
    saved = mei.send(card, "/people/lin-yue", {**CARD, "city": "Xiamen", "base": card.hidden("base")})
    assert saved.status == 303
    assert "role: head" in text_of(desk, PEOPLE)


def test_a_card_that_went_meanwhile_keeps_what_was_typed(desk: Desking) -> None:
    """It is told that somebody has taken it out."""
    mei = desk.signed_in("mei")
    card = mei.get("/people/marta-quill")
    edited(
        desk,
        PEOPLE,
        "- id: marta-quill\n  name: Marta Quill\n  role: violinist and teacher\n  city: Philadelphia\n",
        "",
    )
    refused = mei.send(card, "/people/marta-quill", {"name": "Marta Q.", "base": card.hidden("base")})
    assert (refused.status, "taken this card out" in refused.text, "Marta Q." in refused.text) == (422, True, True)
    assert mei.get("/people/marta-quill").status == 404


def test_a_card_in_use_is_not_removed_and_the_words_say_where(desk: Desking) -> None:
    """An author of an issue in preparation stays; one whom none names goes, with nothing else."""
    mei, before = desk.signed_in("mei"), text_of(desk, PEOPLE)
    card = mei.get("/people/lin-yue")
    refused = mei.send(card, "/people/lin-yue/remove", {"base": card.hidden("base")})
    assert refused.status == 422
    assert "The card is used in read-more of the issue 2026-11-27" in refused.text
    assert text_of(desk, PEOPLE) == before
    card = mei.get("/people/yusuf-brandt")
    assert mei.send(card, "/people/yusuf-brandt/remove", {"base": card.hidden("base")}).status == 303
    gone, came = lines_changed(before, text_of(desk, PEOPLE))
    assert (gone[0], came) == ("- id: yusuf-brandt", [])
    assert "tobias-rask" in text_of(desk, PEOPLE)


def test_a_change_that_voids_an_approval_is_written_at_the_second_word(sender: App) -> None:
    """The form says whose approval goes before anything is saved; a card that the issue does not show asks nothing."""
    with desk_of(sender.root, clock=Clock(sender.clock())) as desk:
        priya = desk.signed_in("priya")
        card = priya.get("/people/lin-yue")
        fields = {**CARD, "role": "director", "base": card.hidden("base")}
        asked = priya.send(card, "/people/lin-yue", fields)
        assert "Mei Okafor’s approval of Friday 27 November" in asked.text
        assert "role: senior fellow" in text_of(desk, PEOPLE)
        assert 'value="director"' in asked.text
        sure = {**fields, "base": asked.hidden("base"), "sure": asked.hidden("sure")}
        assert priya.send(asked, "/people/lin-yue", sure).status == 303
        assert "role: senior fellow" not in text_of(desk, PEOPLE)
        other = priya.get("/people/yusuf-brandt")
        fields = {"name": "Yusuf Brandt", "role": "interpreter", "base": other.hidden("base")}
        assert priya.send(other, "/people/yusuf-brandt", fields).status == 303


# Names


def test_a_name_is_added_changed_and_removed(desk: Desking) -> None:
    """Spellings one a line, those that stay as they were written; the name itself may become another."""
    mei, before = desk.signed_in("mei"), text_of(desk, NAMES)
    fields = {"name": "Calder Bay", "variants": "Kalder Bay\r\n\r\nCalderbay, old\r\n", "since": "2026-01-02"}
    assert mei.send(mei.get("/names"), "/names", fields).status == 303
    added = '- name: Calder Bay\n  variants: [Kalder Bay, "Calderbay, old"]\n  since: 2026-01-02\n'
    assert text_of(desk, NAMES) == before + added
    form = mei.get("/names/one?name=Coastal+Forum")
    fields = {"was": "Coastal Forum", "name": "The Coastal Forum", "variants": "Forum of the Coasts"}
    assert mei.send(form, "/names/one", {**fields, "base": form.hidden("base")}).status == 303
    assert "- name: The Coastal Forum\n  variants: [Forum of the Coasts]\n- name: The Pen" in text_of(desk, NAMES)
    form = mei.get("/names/one?name=Calder+Bay")
    removed = mei.send(form, "/names/one/remove", {"was": "Calder Bay", "base": form.hidden("base")})
    assert "“Calder Bay” was removed." in mei.follow(removed).text
    assert text_of(desk, NAMES) == before.replace("name: Coastal", "name: The Coastal").replace(
        "[Coastal States Forum, Forum of the Coasts]", "[Forum of the Coasts]"
    )


def test_a_date_that_is_none_is_told_beside_its_field(desk: Desking) -> None:
    """And a name that stands there already, beside its own."""
    mei, before = desk.signed_in("mei"), text_of(desk, NAMES)
    fields = {"name": "Ningbo", "variants": "a\nb", "since": "2026-02-30"}
    answer = mei.send(mei.get("/names"), "/names", fields)
    assert re.search(r'id="e-since">.{1,10}2026-02-30.{1,10} is not a date of the calendar', answer.text)
    assert "\na\nb</textarea>" in answer.text
    answer = mei.send(mei.get("/names"), "/names", {**fields, "since": ""})
    assert re.search(r'id="e-name">There is an entry', answer.text)
    assert text_of(desk, NAMES) == before
    assert mei.get("/names/one?name=Nobody").status == 404
