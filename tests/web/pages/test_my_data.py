"""Everything kept about me: for the holder of the link or the owner of the address, and for nobody else."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import jsonschema
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.models import (
    REPORTER,
    Erasure,
    PlaceFollow,
    Rating,
    Report,
    Reporter,
    ResidentSession,
    Support,
    Update,
    UpdateKind,
)
from app.models.links import follow_path
from app.services import erasing, forgetting, moderation, noting, retention, supporting, triage
from app.services.mine import hash_of
from app.web.pages.my_data import GOES, GOES_OF_ADDRESS
from tests.application import SECRET
from tests.web.pages.forms import form_of
from tests.web.pages.test_front import jpeg

LETTERS = "Á Č Đ Ŋ Š Ŧ Ž á č đ ŋ š ŧ ž Æ Ø Å"


def words_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


@pytest.fixture
def report(client, session, make_report, clock, rules, kari):
    """Nina's, with a photo, a question and its answer, given to a unit; Odd reported the same."""
    photo = client.post("/api/photos", content=jpeg(), headers={"content-type": "image/jpeg"}).json()["id"]
    report = make_report(
        email="Nina@example.org",
        name="Nina Olsen",
        description=f"It is dark\n{LETTERS} <b>&",
        answers={"mast": "LP 12", "state": "dark"},
        photo_ids=(photo,),
    )
    session.refresh(report, ["reporter"])
    report.reporter.confirm(at=clock())
    decided = {"by": kari, "at": clock(), "undo_seconds": 0}
    noting.note(session, report, words="Between us: Kari is on leave", public=False, **decided)
    triage.ask(session, report, words="Which lamp?", **decided)
    report.reply(actor=REPORTER, at=clock(), words="The third one")
    supported = supporting.support(session, report.reference, device="odd", secret=SECRET, language="en", at=clock())
    supporting.follow(session, supported.support, email="odd@example.org", language="en", at=clock())
    triage.forward(session, report, "bydrift", rules=rules, words="Please hurry", **decided)
    session.commit()
    return report


@pytest.fixture
def path(report):
    return follow_path(report, secret=SECRET) + "/data"


@pytest.fixture
def signed_in(browser_of, session, clock):
    """A browser of the owner of an address."""

    def open_browser(email):
        browser = browser_of(None)
        ends = clock() + timedelta(days=30)
        session.add(
            ResidentSession(token_hash=hash_of(email), email=email, created_at=clock(), expires_at=ends)
        )  # fmt: skip
        session.commit()
        browser.cookies.set("gatami_mine", email)
        return browser

    return open_browser


def test_the_file_says_everything_and_keeps_to_its_description(client, report, path):
    data = client.get(f"{path}.json").json()
    schema = client.get("/data-schema.json").json()
    assert data["$schema"].endswith("/data-schema.json")
    jsonschema.validate(data, schema, format_checker=jsonschema.FormatChecker())
    [told] = data["reports"]
    assert told["reference"] == report.shown_reference
    assert told["contact"]["name"] == "Nina Olsen"
    assert LETTERS in told["words"]
    assert [one["answer"] for one in told["answers"]] == ["LP 12", "It is out"]
    assert {"Which lamp?", "The third one"} <= {one["words"] for one in told["history"]}
    assert told["given_to"][0]["unit"] == "City operations (Bydrift)"
    assert told["given_to"][0]["contact_included"] is True
    assert (told["others"], told["internal_notes"]) == (1, 1)
    assert told["mails"][0]["kind"] == "receipt"
    photo = client.get(told["photos"][0]["url"].removeprefix("http://testserver"))
    assert photo.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("ending", ["", ".json", ".pdf"])
def test_nothing_of_other_people_is_told_and_nobody_keeps_the_answer(client, path, ending):
    answer = client.get(f"{path}{ending}")
    assert answer.status_code == 200
    words = (
        answer.text if ending != ".pdf" else "".join(p.extract_text() for p in PdfReader(BytesIO(answer.content)).pages)
    )
    for secret in ("odd@example.org", "Kari", "Between us", "Please hurry"):
        assert secret not in words
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_the_page_says_until_which_day(client, session, report, path, clock):
    assert client.get(path).text.count("12 months after the report is closed.") > 3
    report.fix(actor=REPORTER, at=clock())
    session.commit()
    page = client.get(path).text
    assert "30 November 2027" in page
    assert "28 February 2027" in page, "photos: 90 days"
    assert "12 months after the report is closed." in page


def test_the_pdf_can_be_read_back_with_every_letter(client, path):
    document = PdfReader(BytesIO(client.get(f"{path}.pdf", headers={"accept-language": "nb"}).content))
    text = "\n".join(page.extract_text() for page in document.pages)
    for letter in LETTERS.split():
        assert letter in text
    for said in ("Nina Olsen", "The third one", "<b>&", "Side 1", "GataMi"):
        assert said in text
    assert document.metadata.title.startswith("Dine opplysninger")
    assert document.trailer["/Root"]["/Lang"] == "nb"
    assert sum(len(page.images) for page in document.pages) == 1


def test_a_very_long_word_and_text_make_a_pdf_too(client, session, make_report):
    report = make_report(description="x" * 1400 + " " + "Ŋord " * 310, email="a@example.org")
    answer = client.get(follow_path(report, secret=SECRET) + "/data.pdf")
    text = words_of(answer.content)
    assert text.count("Ŋord") == 310
    assert text.count("x") >= 1400


def test_a_stranger_and_another_resident_see_nothing(client, report, path, signed_in):
    for ending in ("", ".json", ".pdf", "/erasure"):
        assert client.get(f"{path[:-7]}xx/data{ending}").status_code == 404
        assert client.get(f"/mine/data{ending}").status_code == 303
    others = signed_in("odd@example.org").get("/mine/data.json").json()
    assert others["reports"] == []
    assert [one["reference"] for one in others["followed_reports"]] == [report.shown_reference]


def test_one_address_is_one_person_however_it_is_spelled(signed_in, report):
    data = signed_in("NINA@example.ORG").get("/mine/data.json").json()
    assert data["email"] == "NINA@example.org"
    assert [one["reference"] for one in data["reports"]] == [report.shown_reference]
    assert {one["what"] for one in data["sign_ins"]} == {"browser"}


def test_looking_deletes_nothing_and_a_form_from_elsewhere_neither(client, session, path):
    for address in (path, f"{path}/erasure", f"{path}.json"):
        client.get(address)
        client.head(address)
    assert client.post(f"{path}/erasure").status_code == 403
    session.expire_all()
    assert session.scalars(select(Reporter.email)).one() == "Nina@example.org"


def test_erasing_says_what_went_what_stays_and_who_has_copies(client, session, path, report):
    form = form_of(client.get(f"{path}/erasure").text, f"{path}/erasure")
    answer = form.send(client)
    assert answer.status_code == 200
    for said in (
        "Your name, e-mail address and phone number",
        "Your photos",
        "archive act",
        "City operations (Bydrift)",
    ):
        assert said in answer.text
    session.expire_all()
    line = session.scalars(select(Update).where(Update.kind == UpdateKind.ERASED.value)).one()
    assert (line.actor_kind, line.data) == ("reporter", {"why": "wish"})
    assert session.scalars(select(Support.email).where(Support.email.is_not(None))).all() == ["odd@example.org"]


def test_a_program_gets_what_went_and_what_stays_as_a_list(client, path):
    fields = form_of(client.get(f"{path}/erasure").text, f"{path}/erasure").fields
    told = client.post(f"{path}/erasure", data=fields, headers={"accept": "application/json"}).json()
    assert {"contact", "words", "photos", "notes"} <= {one["kind"] for one in told["erased"]}
    assert {one["kind"] for one in told["kept"]} == {"report", "backups", "logs"}
    assert told["given_to"] == ["City operations (Bydrift)"]


def test_the_second_press_and_the_old_link_say_that_it_was_done(client, path):
    form = form_of(client.get(f"{path}/erasure").text, f"{path}/erasure")
    assert form.send(client).status_code == 200
    again = form.send(client)
    assert again.status_code == 410
    for old in (again, client.get(path), client.get(path.removesuffix("/data"))):
        assert "are deleted, and this link ended with them" in old.text
    assert client.get(f"{path[:-7]}xx/data").status_code == 404


def test_an_open_report_without_a_place_on_the_map_is_withdrawn_with_its_words(client, session, make_report):
    report = make_report(address="Storgata 5, ask for Nina", email="a@example.org")
    path = follow_path(report, secret=SECRET) + "/data"
    form_of(client.get(f"{path}/erasure").text, f"{path}/erasure").send(client)
    session.expire_all()
    kept = session.get(Report, report.id)
    assert (kept.status, kept.address) == ("withdrawn", None)


def test_of_reports_that_its_owner_never_confirmed_only_the_address_goes(signed_in, session, make_report, report):
    typo = make_report(email="nina@example.org", name="Somebody else", description="Not Nina's words")
    browser = signed_in("nina@example.org")
    browser.look("/mine/data/erasure")
    answer = browser.submit("/mine/data/erasure")
    assert "Your address in reports that you never confirmed" in answer.text
    session.expire_all()
    kept = session.execute(select(Reporter.name, Reporter.email).where(Reporter.report_id == typo.id)).one()
    assert tuple(kept) == ("Somebody else", None)
    assert session.get(Report, typo.id).description == "Not Nina's words"
    assert session.scalars(select(Erasure.row_id).where(Erasure.kind == "report")).all() == [report.id]
    assert "gatami_mine" in answer.headers["set-cookie"]
    assert browser.get("/mine/data").status_code == 303


def test_the_desk_s_open_page_cannot_write_over_an_erased_report(client, browser_of, kari, path, report, session):
    desk = browser_of(kari)
    desk.look(f"/staff/reports/{report.reference}")
    version = report.version
    form_of(client.get(f"{path}/erasure").text, f"{path}/erasure").send(client)
    sent = desk.submit(f"/staff/reports/{report.reference}/rejection", words="Hello Nina", version=version)
    assert sent.status_code in {303, 409}
    session.expire_all()
    assert session.get(Report, report.id).status == "forwarded"


def test_every_kind_that_goes_has_words():
    kinds = {trace.kind for trace in forgetting.TRACES} | {"photos"}
    assert kinds == GOES.keys()
    assert {kind for kind, _ in erasing._OF_ADDRESS} == GOES_OF_ADDRESS.keys()


@pytest.mark.parametrize("ending", ["", ".json", "/erasure"])
def test_a_page_asks_the_database_few_times(client, path, count_queries, ending):
    client.get(f"{path}{ending}")
    with count_queries() as counted:
        client.get(f"{path}{ending}")
    assert counted.number <= 12, "\n\n".join(counted.statements)


def test_after_its_time_the_link_still_opens_and_says_what_happened(client, session, office, report, path, clock):
    report.fix(actor=REPORTER, at=clock())
    session.commit()
    clock.pass_(days=367)
    retention.run(office)
    page = client.get(path).text
    assert "Personal data deleted (by itself)" in page
    assert "Nina Olsen" not in page
    assert client.get(path.removesuffix("/data")).status_code == 200
    assert client.get(f"{path}.pdf").status_code == 200


def test_a_link_that_ended_by_the_desk_s_hand_says_so_too(client, browser_of, kari, report, path):
    desk = browser_of(kari)
    desk.look(f"/staff/reports/{report.reference}")
    assert desk.submit(f"/staff/reports/{report.reference}/erasure", sure="1").status_code == 303
    assert client.get(path).status_code == 410


def used_elsewhere(session, clock, **given):
    given = {"email": "nina@EXAMPLE.org", "label": "Storgata", "lat": 69.65, "lon": 18.95, "radius": 300} | given
    follow = PlaceFollow(created_at=clock(), asked_at=clock(), shape="POINT(18.95 69.65)", **given)
    session.add(follow)
    session.commit()
    return follow


def test_erasing_one_report_says_whether_the_address_is_used_elsewhere(client, session, path, report, clock):
    sentence = "Your e-mail address is still used for other reports or places."
    page = client.get(f"{path}/erasure").text
    assert "The link to the report ends, and you get no more mails about it." in page
    assert sentence not in page
    used_elsewhere(session, clock)
    page = client.get(f"{path}/erasure").text
    assert sentence in page
    assert 'href="/mine/data"' in page
    assert sentence in form_of(page, f"{path}/erasure").send(client).text


def test_who_never_confirmed_an_address_is_not_told_what_else_it_is_used_for(client, session, make_report, clock):
    report = make_report(email="nina@example.org")
    used_elsewhere(session, clock, confirmed_at=clock())
    path = f"{follow_path(report, secret=SECRET)}/data/erasure"
    page = client.get(path).text
    assert "still used" not in page
    assert "still used" not in form_of(page, path).send(client).text


def test_the_page_shows_first_what_is_kept_of_this_person(client, path):
    page = client.get(path).text
    first, rest = page.split("Other kinds of data, of which we have none of yours")
    for kept in ("Your name, e-mail address and phone number", "Backups of all this"):
        assert kept in first
    for other in ("The places that you follow, and the e-mail address", "Logs of the server"):
        assert other not in first
        assert other in rest
    assert "The PDF has no marks for screen readers." in first


def test_the_answer_how_satisfied_one_is_is_told_in_words(client, session, report, path, clock):
    session.add(Rating(report_id=report.id, score=4, at=clock()))
    session.commit()
    assert "4 – Satisfied" in client.get(path).text


def test_masked_words_are_told_whole_and_as_others_read_them(client, session, report, path, clock, kari):
    moderation.mask_words(session, report, which={0}, publish=True, by=kari, at=clock())
    session.commit()
    (told,) = client.get(f"{path}.json").json()["reports"]
    assert told["words"].startswith("It is dark")
    assert told["words_for_others"].startswith("[…] is dark")
    pdf = words_of(client.get(f"{path}.pdf").content)
    assert "It is dark" in pdf
    assert "[…] is dark" in pdf
    page = client.get(follow_path(report, secret=SECRET)).text
    assert "It is dark" in page
    assert "has masked some of your words" in page
