"""Reports on a delivery, as mail servers write them (RFC 3464)."""

from __future__ import annotations


def a_report(
    *,
    to: str = "gatami@tromso.example",
    message_id: str = "abc@gatami",
    action: str = "failed",
    status: str = "5.1.1",
    returned: str = "message/rfc822",
    before_returned: bytes = b"",
    said: str = "smtp; 550 5.1.1 <nina@example.org>: Recipient address rejected",
) -> bytes:
    """One message with the three parts: words for people, fields for programs, the mail that is sent back."""
    return b"\r\n".join([
        b"Return-Path: <>",
        b"From: MAILER-DAEMON@mx.example.org (Mail Delivery System)",
        f"To: {to}".encode(),
        b"Subject: Undelivered Mail Returned to Sender",
        b"Auto-Submitted: auto-replied",
        b"MIME-Version: 1.0",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=edge",
        b"",
        b"--edge",
        b"Content-Type: text/plain",
        b"",
        b"I'm sorry to have to inform you that your message could not be delivered.",
        b"--edge",
        b"Content-Type: message/delivery-status",
        b"",
        b"Reporting-MTA: dns; mx.example.org",
        b"",
        b"Final-Recipient: rfc822; nina@example.org",
        f"Action: {action}".encode(),
        f"Status: {status}".encode(),
        f"Diagnostic-Code: {said}".encode(),
        before_returned and b"X-Padding: " + before_returned,
        b"",
        b"--edge",
        f"Content-Type: {returned}".encode(),
        b"",
        b"From: GataMi <gatami@tromso.example>",
        b"To: nina@example.org",
        f"Message-ID: <{message_id}>".encode(),
        b"In-Reply-To: <root@gatami>",
        b"Subject: Report",
        b"",
        b"Fixed",
        b"--edge--",
        b"",
    ])  # fmt: skip
