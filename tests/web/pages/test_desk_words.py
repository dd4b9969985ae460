"""At the desk: masked words, blurred photos, a look at how it will read, and colleagues called by name."""

from __future__ import annotations

import itertools
import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from app.delivery.letter import compose
from app.models import Actor, Mention, Note, Photo, Report, ReportStatus, Sight, Update
from app.services import mention_mail
from app.services.photos import attach_photos, take_photo

WORDS = "Ring meg på 998 87 766 om hullet. Jeg heter Nina Hansen."


@pytest.fixture
def written(make_report) -> Report:
    return make_report(description=WORDS, email="nina@example.org")


@pytest.fixture
def with_photo(session, state, clock, written) -> Report:
    """The photo is white with a black plate in its middle."""
    picture = Image.new("RGB", (400, 300), "white")
    for x in range(160, 240, 4):
        picture.paste("black", (x, 140, x + 2, 160))
    file = BytesIO()
    picture.save(file, "PNG")
    photo = take_photo(session, state.photos, file.getvalue(), at=clock())
    attach_photos(session, written, [photo.id])
    photo.public = True
    session.commit()
    return written


def path(report, noun="") -> str:
    return f"/staff/reports/{report.reference}{noun}"


def photo_of(session, report) -> Photo:
    session.expire_all()
    return session.scalars(select(Photo).where(Photo.report_id == report.id)).one()


def test_what_looks_like_personal_data_is_masked_and_the_rest_published_by_one_press(
    session, browser_of, kari, written, client
):
    desk = browser_of(kari)
    page = desk.look(path(written))
    proposed = re.findall(r'type="hidden" name="mask" value="(\d+)"', page)
    assert proposed
    assert "Looks like personal data: phone number, name." in page
    answer = desk.submit(path(written, "/masking"), mask=proposed, publish="1", version=written.version)
    assert answer.status_code == 303
    session.expire_all()
    assert written.public_words == "Ring meg på […] […] […] om hullet. Jeg heter […] […]"
    public = client.get(f"/reports/{written.shown_reference}").text
    assert "998" not in re.sub(r"<[^>]*>", " ", public), "a token may well hold the digits"
    assert "Hansen" not in public
    assert "removed by the service desk" in public
    assert "Hansen" in desk.look(path(written)), "staff still read all of it"


def test_a_masked_word_stands_in_no_public_answer(session, browser_of, kari, written, client):
    desk = browser_of(kari)
    desk.look(path(written))
    desk.submit(path(written, "/masking"), mask=["3", "4", "5", "10", "11"], publish="1", version=written.version)
    for address in (
        f"/api/reports/{written.shown_reference}",
        "/api/reports",
        "/reports?words=1",
        "/reports.atom",
        f"/reports/{written.shown_reference}",
    ):
        answer = client.get(address)
        assert "Hansen" not in answer.text, address
    assert "hullet" in client.get(f"/api/reports/{written.shown_reference}").text
    assert written.shown_reference not in client.get("/reports?text=hansen").text
    assert written.shown_reference in client.get("/reports?text=hullet").text


def test_words_masked_on_a_page_that_is_no_longer_true_are_not_masked(session, browser_of, kari, written):
    desk = browser_of(kari)
    desk.look(path(written))
    answer = desk.submit(path(written, "/masking"), mask=["1"], version=written.version + 1)
    assert answer.status_code == 409
    session.expire_all()
    assert written.masked_words is None


@pytest.mark.parametrize("number", ["²", "9" * 5000, "٣", "-1", "x"])
def test_what_is_no_number_of_a_word_masks_nothing(session, browser_of, kari, written, number):
    desk = browser_of(kari)
    desk.look(path(written))
    answer = desk.submit(path(written, "/masking"), mask=["1", number], version=written.version)
    assert answer.status_code == 303
    session.expire_all()
    assert written.masked_words.count("[…]") == 1


@pytest.mark.parametrize("who", ["ola", "per", None])
def test_nobody_but_the_desk_masks_blurs_or_looks_at_originals(request, browser_of, with_photo, session, who):
    browser = browser_of(request.getfixturevalue(who) if who else None)
    photo = photo_of(session, with_photo)
    tries = {
        "/masking": {"mask": ["1"]},
        "/blurring": {"photo": photo.id, "left": "1", "top": "1", "width": "9", "height": "9"},
        "/unblurring": {"photo": photo.id},
        "/original": {"photo": photo.id},
        "/note": {"words": "Hei"},
        "/preview": {"words": "Hei", "decision": "answer"},
    }
    for noun, fields in tries.items():
        answer = browser.submit(path(with_photo, noun), version=with_photo.version, **fields)
        assert answer.status_code in {303, 403, 404}, noun
        assert "/staff/sign-in" in answer.headers.get("location", "/staff/sign-in"), noun
    for page in (f"/photos/{photo.id}", "/sight", "/colleagues"):
        assert browser.get(path(with_photo, page)).status_code in {303, 403, 404}, page
    session.expire_all()
    assert with_photo.masked_words is None
    assert photo_of(session, with_photo).blurred_at is None


def test_a_blurred_photo_has_a_new_address_and_the_old_one_shows_nothing(
    session, state, browser_of, kari, with_photo, client
):
    desk, before = browser_of(kari), photo_of(session, with_photo).id
    assert client.get(f"/photos/{before}.jpg").status_code == 200
    desk.look(path(with_photo, f"/photos/{before}"))
    answer = desk.submit(
        path(with_photo, "/blurring"),
        photo=before,
        version=with_photo.version,
        left=["35", ""],
        top=["40", ""],
        width=["30", ""],
        height=["20", ""],
    )
    assert answer.status_code == 303, answer.text
    photo = photo_of(session, with_photo)
    assert photo.id != before
    assert photo.public
    assert client.get(f"/photos/{before}.jpg").status_code == 404
    assert client.get(f"/photos/{photo.original_id}.jpg").status_code == 404
    assert desk.get(f"/photos/{photo.original_id}.jpg").status_code == 404, "not even staff by the photo's address"
    shown = Image.open(BytesIO(client.get(f"/photos/{photo.id}.jpg").content)).convert("L")
    line = [shown.getpixel((x, 150)) for x in range(170, 230)]
    assert max(abs(a - b) for a, b in itertools.pairwise(line)) < 30, "no stroke of the plate can be seen"
    assert not state.photos.folder.joinpath(before.hex[-2:], f"{before}.jpg").exists()


def test_who_looks_at_the_original_stands_in_the_trace(session, browser_of, kari, with_photo):
    desk = browser_of(kari)
    blur(desk, session, with_photo)
    photo = photo_of(session, with_photo)
    answer = desk.submit(path(with_photo, "/original"), photo=photo.id)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    sights = session.execute(select(Sight.what, Sight.staff_id).where(Sight.report_id == with_photo.id)).all()
    assert ("photo_original", kari.id) in sights


def test_a_blur_is_taken_away_again_and_the_photo_waits_to_be_let_through(session, browser_of, kari, with_photo):
    desk = browser_of(kari)
    first = photo_of(session, with_photo).sha256
    blur(desk, session, with_photo)
    photo = photo_of(session, with_photo)
    answer = desk.submit(path(with_photo, "/unblurring"), photo=photo.id, version=with_photo.version)
    assert answer.status_code == 303
    photo = photo_of(session, with_photo)
    assert (photo.sha256, photo.public, photo.original_id, photo.blurred_at) == (first, False, None, None)


@pytest.mark.parametrize("wrong", [{}, {"left": "5"}, {"left": "x", "top": "1", "width": "1", "height": "1"},
                                   {"left": "nan", "top": "1", "width": "9", "height": "9"},
                                   {"left": "120", "top": "1", "width": "9", "height": "9"}])  # fmt: skip
def test_half_a_mark_blurs_nothing_and_says_so(session, browser_of, kari, with_photo, wrong):
    desk = browser_of(kari)
    desk.look(path(with_photo))
    photo = photo_of(session, with_photo)
    fields = {side: wrong.get(side, "") for side in ("left", "top", "width", "height")}
    answer = desk.submit(path(with_photo, "/blurring"), photo=photo.id, version=with_photo.version, **fields)
    assert answer.status_code == 422
    assert photo_of(session, with_photo).id == photo.id


def blur(desk, session, report) -> None:
    photo = photo_of(session, report)
    desk.look(path(report, f"/photos/{photo.id}"))
    answer = desk.submit(
        path(report, "/blurring"), photo=photo.id, version=report.version, left="10", top="10", width="50", height="50"
    )
    assert answer.status_code == 303, answer.text


def test_a_preview_shows_the_mail_in_the_reporters_language_and_decides_nothing(session, browser_of, kari, written):
    written.reporter.confirmed_at = written.created_at
    written.reporter.language = "nn"
    session.commit()
    desk = browser_of(kari)
    desk.look(path(written))
    answer = desk.submit(
        path(written, "/preview"),
        decision="rejection",
        words="Vedrørande hullet {reference}: vi kjem.",
        version=written.version,
    )
    assert answer.status_code == 200
    assert 'lang="nn"' in answer.text
    assert f"hullet {written.shown_reference}: vi kjem." in answer.text
    assert "Heavy word: “Vedrørande”" in answer.text
    assert "/follow/" not in answer.text, "the reporter's own link is nobody else's"
    assert "https://…" in answer.text
    session.expire_all()
    assert written.status == ReportStatus.NEW
    assert session.scalars(select(Note.id).join(Update).where(Update.report_id == written.id)).all() == []


def test_the_sight_page_shows_what_would_be_public(browser_of, kari, written):
    desk = browser_of(kari)
    desk.look(path(written))
    desk.submit(path(written, "/masking"), mask=["10", "11"], version=written.version)
    page = desk.look(path(written, "/sight"))
    everybody, theirs = page.split('id="theirs-title"')
    assert "The text is not public. Published, it would read:" in everybody
    assert "Hansen" not in everybody
    assert "Hansen" in theirs


def test_a_colleague_is_called_once_and_a_name_of_nobody_is_said(session, browser_of, kari, ada, ola, written):
    desk = browser_of(kari)
    desk.look(path(written))
    answer = desk.submit(path(written, "/note"), words="@Ada kan du ringe? @Kristin og @Ola også")
    assert answer.status_code == 303
    assert [one.staff_id for one in session.scalars(select(Mention))] == [ada.id], "Ola does not see a new report"
    page = desk.look(path(written))
    assert "Ada will be told." in page
    assert "Nobody here is called Kristin." in page
    assert "Ola can not see this report and will not be told." in page
    browser_of(ada).look(path(written))
    session.expire_all()
    assert session.scalars(select(Mention.seen_at)).one() is not None


def test_hints_come_while_somebody_writes_and_for_staff_only(browser_of, kari):
    desk = browser_of(kari)
    desk.look("/staff/queue")
    answer = desk.submit("/staff/plain-language", words="Vi vil iverksette dette.", lang="nb")
    assert answer.json() == {"hints": ["Heavy word: “iverksette”. Plainer: sette i gang."]}
    stranger = browser_of(None)
    assert stranger.submit("/staff/plain-language", words="Vi", lang="nb").status_code in {303, 401}


def test_a_member_of_the_unit_is_called_and_has_read_it_in_the_inbox(session, browser_of, kari, ola, written, clock):
    written.forward("bydrift", actor=Actor.of(kari), at=clock())
    session.commit()
    desk = browser_of(kari)
    desk.look(path(written))
    assert desk.submit(path(written, "/note"), words="@Ola, har dere delen?").status_code == 303
    assert session.scalars(select(Mention.staff_id)).all() == [ola.id]
    unit = browser_of(ola)
    assert "Somebody has called you" in unit.look("/staff/inbox")
    unit.look(f"/staff/inbox/{written.reference}")
    assert "Somebody has called you" not in unit.look("/staff/inbox")
    session.expire_all()
    assert session.scalars(select(Mention.seen_at)).one() is not None


def test_the_mail_to_who_is_called_says_nothing_of_the_note_or_the_reporter(
    session, browser_of, kari, ada, written, office, clock
):
    desk = browser_of(kari)
    desk.look(path(written))
    desk.submit(path(written, "/note"), words="@Ada: Nina Hansen ringte fra 99887766")
    letter = mention_mail.write(session, session.scalars(select(Mention)).one(), office=office, at=clock())
    text = str(compose(letter, settings=office.settings))
    assert letter.to == ada.email
    assert path(written) in text.replace("=\n", "")
    assert "Hansen" not in text
    assert "99887766" not in text


def test_a_kind_that_is_never_public_offers_no_publishing_and_says_so(session, browser_of, kari, make_report):
    report = make_report(description="About a person")
    report.private = True
    session.commit()
    page = browser_of(kari).look(path(report))
    assert "Reports of this kind are never shown to others" in page
    assert 'action="/staff/reports/' + report.reference + '/publication"' not in page
    assert "This note becomes public" in page
