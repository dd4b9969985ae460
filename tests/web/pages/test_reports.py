"""Everybody's list and map of reports."""

from __future__ import annotations


def test_the_list_shows_reports_and_leads_to_their_pages(client, make_report):
    report = make_report()
    page = client.get("/reports")
    assert page.status_code == 200
    assert f'href="/reports/{report.shown_reference}"' in page.text
    assert "1 report, 1 of them not done yet." in page.text
