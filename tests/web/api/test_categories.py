"""What can be reported."""

from __future__ import annotations

from app.models import ServiceFigure


def test_categories_have_names_groups_and_questions_in_the_language_asked_for(client, rules):
    for ask, lang in (
        ({"params": {"language": "nb"}}, "nb"),
        ({"headers": {"accept-language": "nn-NO,nn;q=0.9"}}, "nn"),
        ({"headers": {"accept-language": "en-GB"}}, "en"),
    ):
        body = client.get("/api/categories", **ask).json()
        assert body["language"] == lang
        by_code = {one["code"]: one for one in body["categories"]}
        assert list(by_code) == list(rules.categories)
        pothole = rules.categories["pothole"]
        assert by_code["pothole"]["name"] == pothole.name(lang)
        size = next(one for one in by_code["pothole"]["questions"] if one["code"] == "size")
        assert size["required"] is True
        assert [option["name"] for option in size["options"]] == [
            option.name(lang) for option in pothole.question("size").options
        ]
        assert by_code["water_leak"]["phone_instead"]["number"]
        assert {one["group"] for one in body["categories"]} <= {one["code"] for one in body["groups"]}


def test_notices_numbers_to_ring_other_words_and_figures_are_told_with_their_limits(client, session, clock):
    session.add(
        ServiceFigure(category_code="sign", closed=20, days_for_nine_of_ten=6.4, in_time=0.9, computed_at=clock())
    )
    session.commit()
    answer = client.get("/api/categories", params={"language": "en"})
    by_code = {one["code"]: one for one in answer.json()["categories"]}
    (stopper,) = by_code["surface_water"]["stoppers"]
    assert (stopper["number"], stopper["area"], stopper["answers"]) == (
        "77 00 00 02", ["tromsdalen"], {"source": ["ground"]},
    )  # fmt: skip
    assert stopper["dates"] == {"from": "05-01", "to": "06-15"}
    assert by_code["lamp_dark"]["notices"][0]["dates"]
    assert by_code["lamp_dark"]["notice"] is None
    assert "streetlight" in by_code["lamp_dark"]["synonyms"]
    assert by_code["sign"]["lately"] == {"closed": 20, "days": 7, "in_time": 0.9}
    assert by_code["pothole"]["lately"] is None
    assert answer.json()["notices"] == []


def test_new_figures_are_new_contents(client, session, clock):
    tag = client.get("/api/categories").headers["etag"]
    session.add(ServiceFigure(category_code="sign", closed=20, days_for_nine_of_ten=6, in_time=1, computed_at=clock()))
    session.commit()
    assert client.get("/api/categories", headers={"if-none-match": tag}).status_code == 200


def test_a_language_that_the_rules_do_not_have_is_refused(client):
    answer = client.get("/api/categories", params={"language": "tlh"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "language"


def test_unchanged_categories_are_not_sent_again(client):
    first = client.get("/api/categories", params={"language": "nb"})
    known = {"if-none-match": first.headers["etag"]}
    assert client.get("/api/categories", params={"language": "nb"}, headers=known).status_code == 304
    assert client.get("/api/categories", params={"language": "en"}, headers=known).status_code == 200


def test_every_category_can_be_reported_as_it_is_described(client):
    """The description alone is enough to send a report that is taken."""
    for category in client.get("/api/categories").json()["categories"]:
        answers = {
            question["code"]: question["options"][0]["code"] if question["options"] else "1"
            for question in category["questions"] if question["required"]
        }  # fmt: skip
        sent = {"category": category["code"], "lat": 69.6492, "lon": 18.9553, "answers": answers}
        status = client.post("/api/reports", json=sent).status_code
        assert status == (422 if category["phone_instead"] else 201), category["code"]
