"""The queue and the report's page at the desk."""

from __future__ import annotations


def test_smoke(browser_of, kari, make_report):
    report = make_report(email="siri@example.com", description="Mørkt her, fare for å falle")
    make_report()
    browser = browser_of(kari)
    page = browser.look("/staff/queue")
    assert report.shown_reference in page
    browser.look(f"/staff/reports/{report.reference}")
    browser.look(f"/staff/reports/{report.reference}/explanation")
    browser.look("/staff/reports")
    browser.look("/staff/reports/new")
    got = browser.get("/staff/reports/export.csv")
    assert got.status_code == 200, got.text
    sent = browser.submit(f"/staff/reports/{report.reference}/forwarding", unit="bydrift", version=report.version, from_queue="1")
    assert sent.status_code == 303, sent.text
    page = browser.look(sent.headers["location"])
    assert "Undo" in page
    print(sent.headers["location"])
